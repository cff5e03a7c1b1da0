#include "daemon/data_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "daemon/configuration.h"
#include "daemon/serve_options.h"

namespace copybench {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<std::filesystem::path> default_data_directory() {
  // Several state directories are separated by colons (systemd.exec(5)); the unit has one.
  const auto state = environment("STATE_DIRECTORY");
  if (!state.empty()) return std::filesystem::path(state.substr(0, state.find(':')));
  // Relative paths there must be ignored (XDG Base Directory Specification).
  const std::filesystem::path xdg = environment("XDG_STATE_HOME");
  if (xdg.is_absolute()) return xdg / "copybench";
  const std::filesystem::path home = environment("HOME");
  if (home.is_absolute()) return home / ".local/state/copybench";
  return fail("there is no HOME to keep data in: name a folder with --data-dir");
}

void make_data_private() {
  const mode_t stricter = ::umask(077);
  ::umask(stricter | 027);
}

Result<void> check_data_directory_is_own(const std::filesystem::path& directory) {
  struct stat status {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &status) != 0 || status.st_uid == 0) return {};
  return fail(fmt::format("--data-dir {}: the folder belongs to uid {}, and root's daemon would leave files there that its "
                          "owner cannot use; allowed: a folder of its own. Start it as that user: setpriv --reuid={} --regid={} "
                          "--clear-groups copybenchd serve ...",
                          directory.string(), status.st_uid, status.st_uid, status.st_gid));
}

Result<std::filesystem::path> data_directory_of(const std::string& named) {
  if (!named.empty()) return named;
  const auto configuration = read_serve_configuration({});
  if (!configuration) return tl::unexpected(configuration.error());
  if (!configuration->options.data_directory.empty()) return configuration->options.data_directory;
  return default_data_directory();
}

void add_data_directory_option(CLI::App& command, std::string& named) {
  command.add_option("--data-dir", named, "Folder of the database; the service's is /var/lib/copybench")
      ->type_name(kPath)
      ->check(not_empty())
      ->default_str("as the daemon's");
}

}  // namespace copybench
