#include "daemon/access_options.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "api/http/web_origin.h"
#include "core/base/unique_fd.h"

namespace copybench {
namespace {

// More than a token may have, so that parse() rejects a longer file as too long.
constexpr size_t kMaxBytes = AccessToken::kMaxLength + 64;

// A credential of the service manager lies in a folder that only the service can enter. systemd lets the service's user read it
// by an ACL, which the mode shows as a right of the group (0440). Any other file that the group may read must be root's: so a
// service can read a file that root wrote (root:copybench, 0640), and a user's own file is the user's alone.
mode_t forbidden_mode(const struct stat& file, bool is_credential) {
  const bool is_own = file.st_uid == ::geteuid();
  return is_own && !is_credential ? 077 : 027;
}

Result<AccessToken> read_token(const std::string& path, bool is_credential) {
  const auto problem = [&](std::string_view what) { return fail(fmt::format("the token file {}: {}", path, what)); };
  // Non-blocking, since the path may be a FIFO.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == EACCES) {
    return problem(fmt::format("permission denied; it must be readable by the user that copybenchd runs as (uid {})",
                               ::geteuid()));
  }
  if (!file) return problem(::strerrordesc_np(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return problem(::strerrordesc_np(errno));
  if (!S_ISREG(status.st_mode)) return problem("it is no file");
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return problem(fmt::format("it belongs to another user (uid {}), who could change it; allowed: root or uid {}",
                               status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & forbidden_mode(status, is_credential)) != 0) {
    return problem(fmt::format("other users can {} it (mode {:04o}); do: chmod 600 '{}', and make a new token if they did",
                               (status.st_mode & 022) != 0 ? "change" : "read", status.st_mode & 07777, path));
  }
  std::array<char, kMaxBytes> buffer;
  size_t have = 0;
  for (ssize_t got = 1; got != 0 && have < buffer.size();) {
    got = ::read(file.get(), buffer.data() + have, buffer.size() - have);
    if (got < 0 && errno != EINTR) return problem(::strerrordesc_np(errno));
    if (got > 0) have += static_cast<size_t>(got);
  }
  auto token = AccessToken::parse({buffer.data(), have});
  ::explicit_bzero(buffer.data(), buffer.size());
  if (!token) return problem(token.error().message);
  return token;
}

}  // namespace

Result<std::optional<AccessToken>> load_token(const std::string& file) {
  std::string path = file;
  const bool is_credential = path.empty();
  if (is_credential) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials == nullptr || *credentials == '\0') return std::nullopt;
    path = std::string(credentials) + "/token";
    // A unit may have other credentials and none of that name.
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  }
  return read_token(path, is_credential).map([](AccessToken token) { return std::optional(std::move(token)); });
}

std::string check_allowed_host(const std::string& text) {
  const auto host = host_of(text);
  if (!host) return text + ": allowed is a host's name or address, such as bench.lan or [fd00::9]";
  const bool bracketed = text.ends_with(']');
  if (bracketed || text.find(':') == std::string::npos) return "";
  return fmt::format("{}: allowed is the name alone, without a port: {}", text, host->find(':') == std::string::npos ? *host : "[" + *host + "]");
}

std::string check_public_origin(const std::string& text) {
  if (parse_origin(text)) return "";
  return text + ": allowed is https:// or http:// with a host and, where it is not the scheme's, a port, without a path, such as "
                "https://bench.lan";
}

std::string check_trusted_proxy(const std::string& text) {
  if (ProxyAddress::parse(text)) return "";
  return text + ": allowed is an IP address (127.0.0.1), a network (10.0.0.0/8), or unix for the clients of the unix socket";
}

std::string open_proxy_note(const AccessRules& rules) {
  if (rules.token || rules.public_origins.empty()) return "";
  return "public-origins are served without a token: everyone who reaches the proxy may write and delete, unless the proxy "
         "asks for a password; a token is set with --token-file";
}

Result<AccessRules> load_access(const AccessOptions& options) {
  AccessRules rules;
  for (const std::string& name : options.allowed_hosts) {
    auto host = host_of(name);
    if (!host) return fail(fmt::format("--allowed-host {}: allowed: a host's name or address, such as bench.lan", name));
    rules.allowed_hosts.push_back(std::move(*host));
  }
  for (const std::string& text : options.public_origins) {
    auto origin = parse_origin(text);
    if (!origin) return fail("--public-origins " + check_public_origin(text));
    rules.public_origins.push_back(std::move(*origin));
  }
  for (const std::string& text : options.trusted_proxies) {
    const auto proxy = ProxyAddress::parse(text);
    if (!proxy) return fail("--trusted-proxies " + check_trusted_proxy(text));
    rules.trusted_proxies.push_back(*proxy);
  }
  auto token = load_token(options.token_file);
  if (!token) return tl::unexpected(std::move(token.error()));
  rules.token = std::move(*token);
  rules.public_read = options.public_read;
  return rules;
}

}  // namespace copybench
