// Converts the daemon's access options into the API's rules. The token comes from a file or from a credential of the service
// manager (systemd's LoadCredential=token:…), never from the command line or the environment, which other users of the machine
// can read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/access.h"
#include "core/base/result.h"

namespace copybench {

struct AccessOptions {
  std::string token_file;
  bool public_read = false;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> public_origins;
  std::vector<std::string> trusted_proxies;
};

// For CLI11: says what is allowed if the text is not a plain host name, as --allowed-host takes it. Otherwise empty.
std::string check_allowed_host(const std::string& text);
// The same for --public-origins and --trusted-proxies.
std::string check_public_origin(const std::string& text);
std::string check_trusted_proxy(const std::string& text);

// A sentence for the log if a proxy exposes this server to others without a token. Otherwise empty.
std::string open_proxy_note(const AccessRules& rules);

// Reads the token again on each call, so that a changed token takes effect. Errors name the option or the file, what is wrong
// with it and what fixes it.
Result<AccessRules> load_access(const AccessOptions& options);

// Reads `file`, or $CREDENTIALS_DIRECTORY/token if `file` is empty. Returns none if there is neither. Fails if the file cannot be
// read, belongs to a user other than root and this one, can be changed or read by others, or holds no token. The group may read
// a credential and a file of root, but not a file of this process's own user.
Result<std::optional<AccessToken>> load_token(const std::string& file);

}  // namespace copybench
