// Who may talk to the daemon, from its options to the API's rules. The token comes from a file, or from a credential of
// the service manager (systemd's LoadCredential=token:…): never from the command line or the environment, which other
// users of the machine can read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "core/base/result.h"

namespace copybench {

struct AccessOptions {
  std::string token_file;
  bool public_read = false;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> public_origins;
  std::vector<std::string> trusted_proxies;
};

// For CLI11: what is allowed where the text is no host's name alone, as --allowed-host takes it; else empty.
std::string check_allowed_host(const std::string& text);
// The same of --public-origins and --trusted-proxies.
std::string check_public_origin(const std::string& text);
std::string check_trusted_proxy(const std::string& text);

// A sentence for the log where a proxy hands this server to others without a token; else empty.
std::string open_proxy_note(const AccessRules& rules);

// Reads the token anew with each call, so that a changed one comes into force. Errors name the option or the file, what
// is wrong with it and what mends it.
Result<AccessRules> load_access(const AccessOptions& options);

// Reads `file`, or, where that is empty, $CREDENTIALS_DIRECTORY/token if there is one; none where there is neither. An
// error where it cannot be read, belongs to another user, is open to others, or holds no token.
Result<std::optional<AccessToken>> load_token(const std::string& file);

}  // namespace copybench
