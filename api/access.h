// Who may do what: a bearer token (RFC 6750) where there is one, and the names that this server answers to.
// Pure values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/forwarded.h"
#include "api/message.h"
#include "api/web_origin.h"
#include "api/problem.h"
#include "core/base/result.h"

namespace copybench {

// A secret that clients send as "Authorization: Bearer TOKEN". Never shown: neither errors nor logs contain it.
class AccessToken {
 public:
  static constexpr size_t kMinLength = 32;
  static constexpr size_t kMaxLength = 1024;

  // The text of a token file or credential; blanks and line ends around the token are dropped. Refused: too short, too
  // long, or with characters that no bearer token has.
  static Result<AccessToken> parse(std::string_view text);

  // Takes the same time wherever the two differ.
  bool matches(std::string_view given) const;
  // Of two that this server had itself.
  bool operator==(const AccessToken&) const = default;

 private:
  explicit AccessToken(std::string_view token) : token_(token) {}
  std::string token_;
};

struct AccessRules {
  std::optional<AccessToken> token;        // none: whoever can connect may do everything
  bool public_read = false;                // with a token: GET and HEAD need none
  std::vector<std::string> allowed_hosts;  // names beside the loopback ones and the address, as host_of() gives them
  std::vector<WebOrigin> public_origins;      // under which browsers reach this server through a proxy
  std::vector<ProxyAddress> trusted_proxies;  // whose X-Forwarded-* headers are believed
};

// 401 unless the request carries the token, needs none as it only reads, or there is none.
std::optional<Problem> token_problem(const HttpRequest& request, const AccessRules& rules);

}  // namespace copybench
