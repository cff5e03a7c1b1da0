// The folder of the daemon's data: the default, and its checks.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace copybench {

// systemd's StateDirectory if there is one ($STATE_DIRECTORY), else the XDG state folder:
// $XDG_STATE_HOME/copybench, or ~/.local/state/copybench. Fails if none of the variables is set.
Result<std::filesystem::path> default_data_directory();

// Makes the files and folders that this process creates from now on accessible only to its user and group: results name their
// host.
void make_data_private();

// Rejects a folder of another user if this process is root: that user's daemon could neither read nor write root's files, and
// root would trust whatever the user puts there. Accepts a folder that does not exist yet.
Result<void> check_data_directory_is_own(const std::filesystem::path& directory);

// For commands that use the daemon's data: the named folder, else the one of the daemon's configuration, else the default.
Result<std::filesystem::path> data_directory_of(const std::string& named);

void add_data_directory_option(CLI::App& command, std::string& named);

}  // namespace copybench
