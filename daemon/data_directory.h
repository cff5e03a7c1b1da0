// Where the daemon keeps its data unless it is told.
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace copybench {

// systemd's StateDirectory if there is one ($STATE_DIRECTORY), else the XDG state folder:
// $XDG_STATE_HOME/copybench, or ~/.local/state/copybench. An error where none of the variables is set.
Result<std::filesystem::path> default_data_directory();

}  // namespace copybench
