// Small files of /proc and /sys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/result.h"

namespace copybench {

// Returns the whole text without newlines at its end. Fails if the file cannot be read or is over 1 MiB.
Result<std::string> read_small_file(const std::string& path);
// The same without the reason of a failure.
std::optional<std::string> read_text_file(const std::string& path);

// The value of "key<blanks>: value" or "key:<blanks>value" in a file of such lines.
Result<std::string> value_of_line(const std::string& path, std::string_view key);

// Converts the kernel's text into a number, a list of numbers, or a string.
Json numbers_or_text(const std::string& text);

}  // namespace copybench
