// Small files of /proc and /sys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/result.h"

namespace copybench {

// The whole text without the line end at its end. An error: it cannot be read, or is over 1 MiB.
Result<std::string> read_small_file(const std::string& path);
// The same where nobody asks why.
std::optional<std::string> read_text_file(const std::string& path);

// The value of "key<blanks>: value" or "key:<blanks>value" in a file of such lines.
Result<std::string> value_of_line(const std::string& path, std::string_view key);

// A number, a list of numbers, or a text, as the kernel has it.
Json numbers_or_text(const std::string& text);

}  // namespace copybench
