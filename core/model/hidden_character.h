// Characters that are not seen where text is shown. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// The first character that shows nothing itself but may change how the text around it is read or shown: bidirectional controls,
// separators of lines, format characters and blanks without width. "U+202E RIGHT-TO-LEFT OVERRIDE"; none: there is no such
// character. Joiners of scripts and emoji (U+200C, U+200D) count unless both neighbours are beyond ASCII.
std::optional<std::string> hidden_character(std::u32string_view code_points);

}  // namespace copybench
