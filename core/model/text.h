// Text from clients, validated before it is stored or shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// The code points, or none if the bytes are not UTF-8 (overlong forms and surrogates are not).
std::optional<std::u32string> decode_utf8(std::string_view bytes);

// C0, DEL and C1: they would move a terminal's cursor.
bool is_control_character(char32_t code_point);

// Makes text of other programs and users fit to be stored and shown: each byte that is part of no UTF-8, and each control
// character but line ends and tabs, becomes U+FFFD.
std::string clean_text(std::string_view bytes);

// Whether any of them is visible: no blank, no character without width, and no format character.
bool any_visible(std::u32string_view code_points);

// The text without the blanks and tabs around it.
std::string_view trimmed(std::string_view text);

// ASCII letters in lower case, whatever the locale.
std::string lower(std::string_view text);

// In quotation marks, for an error's text; "that text" if it is too long or not fit to be shown.
std::string shown(std::string_view text);

}  // namespace copybench
