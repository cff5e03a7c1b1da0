#include "api/http/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

constexpr string_view kHowToMake = "make one with: (umask 077; head -c 32 /dev/urandom | base64 >FILE)";

// token68 (RFC 9110, section 11.2), the syntax of a Bearer credential.
bool is_token68(string_view text) {
  const size_t end = std::min(text.find('='), text.size());
  return end > 0 && text.find_first_not_of('=', end) == string_view::npos &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  string_view("-._~+/").find(c) != string_view::npos;
         });
}

// The credential after "Bearer"; none for another scheme.
std::optional<string_view> bearer_credential(string_view header) {
  constexpr string_view kScheme = "bearer ";
  if (lower(header.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', kScheme.size()), header.size()));
  return header;
}

}  // namespace

Result<AccessToken> AccessToken::parse(string_view text) {
  constexpr string_view kBlanks = " \t\r\n";
  const size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  if (text.empty()) return fail(fmt::format("it holds no token; {}", kHowToMake));
  if (text.size() < kMinLength) {
    return fail(fmt::format("its token has {} characters; allowed: {} to {}; {}", text.size(), kMinLength, kMaxLength,
                            kHowToMake));
  }
  if (text.size() > kMaxLength) {
    return fail(fmt::format("it holds more than a token of {} characters; {}", kMaxLength, kHowToMake));
  }
  if (!is_token68(text)) {
    return fail(fmt::format("its token has characters that a bearer token may not have; allowed: letters, digits and "
                            "- . _ ~ + /, with = at the end; {}",
                            kHowToMake));
  }
  return AccessToken(text);
}

bool AccessToken::matches(string_view given) const {
  // The number of steps depends only on the given text, not on the token. volatile keeps the compiler from a shortcut.
  volatile unsigned difference = given.size() == token_.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    const auto ours = static_cast<unsigned char>(token_[i % token_.size()]);
    difference = difference | (ours ^ static_cast<unsigned char>(given[i]));
  }
  return difference == 0;
}

std::optional<Problem> token_problem(const HttpRequest& request, const AccessRules& rules) {
  if (!rules.token) return std::nullopt;
  if (rules.public_read && (request.method == "GET" || request.method == "HEAD")) return std::nullopt;
  const auto is_authorization = [](const auto& header) { return header.first == "authorization"; };
  const auto count = std::count_if(request.headers.begin(), request.headers.end(), is_authorization);
  const std::string* header = request.header("authorization");
  const auto given = header && count == 1 ? bearer_credential(*header) : std::nullopt;
  if (given && rules.token->matches(*given)) return std::nullopt;

  Problem problem;
  problem.status = 401;
  problem.detail = given ? "that is not this server's token"
                         : "this server asks for its token: send it as \"Authorization: Bearer TOKEN\"";
  problem.errors = {{"Authorization:", header == nullptr ? "missing; allowed: Bearer with this server's token"
                                       : given           ? "the token is another one"
                                                         : "allowed: one, of Bearer with this server's token"}};
  problem.headers = {{"WWW-Authenticate", given ? "Bearer realm=\"copybench\", error=\"invalid_token\""
                                                : "Bearer realm=\"copybench\""}};
  return problem;
}

}  // namespace copybench
