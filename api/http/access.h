// Access rules: an optional bearer token (RFC 6750), and the host names that this server answers to.
// Pure values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/forwarded.h"
#include "api/http/message.h"
#include "api/http/problem.h"
#include "api/http/web_origin.h"
#include "core/base/result.h"

namespace copybench {

// A secret that clients send as "Authorization: Bearer TOKEN". Neither errors nor logs contain it.
class AccessToken {
 public:
  static constexpr size_t kMinLength = 32;
  static constexpr size_t kMaxLength = 1024;

  // Parses the text of a token file or credential. Drops blanks and line ends around the token. Rejects a token that is too
  // short, too long, or has characters that a bearer token cannot have.
  static Result<AccessToken> parse(std::string_view text);

  // Constant time: does not depend on where the two differ.
  bool matches(std::string_view given) const;
  // Not constant time: only for comparing two of the server's own tokens.
  bool operator==(const AccessToken&) const = default;

 private:
  explicit AccessToken(std::string_view token) : token_(token) {}
  std::string token_;
};

struct AccessRules {
  std::optional<AccessToken> token;        // none: every client that can connect may do everything
  bool public_read = false;                // with a token: GET and HEAD need none
  std::vector<std::string> allowed_hosts;  // beside the loopback names and the address; as host_of() returns them
  std::vector<WebOrigin> public_origins;      // browsers reach this server under these through a proxy
  std::vector<ProxyAddress> trusted_proxies;  // their X-Forwarded-* headers are trusted
};

// 401 unless the request carries the token, only reads while public_read is set, or no token is configured.
std::optional<Problem> token_problem(const HttpRequest& request, const AccessRules& rules);

}  // namespace copybench
