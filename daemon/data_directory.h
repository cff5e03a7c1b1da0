// Where the daemon keeps its data unless it is told.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace copybench {

// systemd's StateDirectory if there is one ($STATE_DIRECTORY), else the XDG state folder:
// $XDG_STATE_HOME/copybench, or ~/.local/state/copybench. An error where none of the variables is set.
Result<std::filesystem::path> default_data_directory();

// The files and folders that this process makes from here on are for its user and group alone: results name their host.
void make_data_private();

// Refuses root a folder of another user: its files would be root's, which that user's daemon could neither read nor write,
// and root would go by whatever the user puts there. A folder that is not there yet is well.
Result<void> check_data_directory_is_own(const std::filesystem::path& directory);

// For the commands that use the daemon's data: the folder that was named, else the one of the daemon's configuration, else
// the default one.
Result<std::filesystem::path> data_directory_of(const std::string& named);

void add_data_directory_option(CLI::App& command, std::string& named);

}  // namespace copybench
