// Small files of /proc and /sys.
#pragma once

#include <optional>
#include <string>

namespace copybench {

// The whole text without the line end at its end; none where it cannot be read or is over 1 MiB.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace copybench
