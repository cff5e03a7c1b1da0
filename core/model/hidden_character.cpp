#include "core/model/hidden_character.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace copybench {

std::optional<std::string> hidden_character(std::u32string_view code_points) {
  struct Hidden {
    char32_t first, last;
    std::string_view name;
  };
  // From Unicode 15: Bidi_Control, Zl, Zp, and the part of Cf and Default_Ignorable_Code_Point that no word is spelt with.
  // Variation selectors are left out: emoji and Han characters have them.
  constexpr Hidden kHidden[] = {{0xad, 0xad, "SOFT HYPHEN"},
                                {0x34f, 0x34f, "COMBINING GRAPHEME JOINER"},
                                {0x61c, 0x61c, "ARABIC LETTER MARK"},
                                {0x115f, 0x115f, "HANGUL CHOSEONG FILLER"},
                                {0x1160, 0x1160, "HANGUL JUNGSEONG FILLER"},
                                {0x17b4, 0x17b4, "KHMER VOWEL INHERENT AQ"},
                                {0x17b5, 0x17b5, "KHMER VOWEL INHERENT AA"},
                                {0x180e, 0x180e, "MONGOLIAN VOWEL SEPARATOR"},
                                {0x200b, 0x200b, "ZERO WIDTH SPACE"},
                                {0x200c, 0x200c, "ZERO WIDTH NON-JOINER"},
                                {0x200d, 0x200d, "ZERO WIDTH JOINER"},
                                {0x200e, 0x200e, "LEFT-TO-RIGHT MARK"},
                                {0x200f, 0x200f, "RIGHT-TO-LEFT MARK"},
                                {0x2028, 0x2028, "LINE SEPARATOR"},
                                {0x2029, 0x2029, "PARAGRAPH SEPARATOR"},
                                {0x202a, 0x202a, "LEFT-TO-RIGHT EMBEDDING"},
                                {0x202b, 0x202b, "RIGHT-TO-LEFT EMBEDDING"},
                                {0x202c, 0x202c, "POP DIRECTIONAL FORMATTING"},
                                {0x202d, 0x202d, "LEFT-TO-RIGHT OVERRIDE"},
                                {0x202e, 0x202e, "RIGHT-TO-LEFT OVERRIDE"},
                                {0x2060, 0x2060, "WORD JOINER"},
                                {0x2061, 0x2065, "INVISIBLE OPERATOR"},
                                {0x2066, 0x2066, "LEFT-TO-RIGHT ISOLATE"},
                                {0x2067, 0x2067, "RIGHT-TO-LEFT ISOLATE"},
                                {0x2068, 0x2068, "FIRST STRONG ISOLATE"},
                                {0x2069, 0x2069, "POP DIRECTIONAL ISOLATE"},
                                {0x206a, 0x206f, "DEPRECATED FORMAT CHARACTER"},
                                {0x3164, 0x3164, "HANGUL FILLER"},
                                {0xfeff, 0xfeff, "ZERO WIDTH NO-BREAK SPACE"},
                                {0xffa0, 0xffa0, "HALFWIDTH HANGUL FILLER"},
                                {0xfff0, 0xfff8, "UNASSIGNED INVISIBLE CHARACTER"},
                                {0xfff9, 0xfffb, "INTERLINEAR ANNOTATION"},
                                {0x1bca0, 0x1bca3, "SHORTHAND FORMAT"},
                                {0x1d173, 0x1d17a, "MUSICAL SYMBOL FORMAT"},
                                {0xe0000, 0xe00ff, "TAG"},
                                {0xe01f0, 0xe0fff, "UNASSIGNED INVISIBLE CHARACTER"}};
  const auto find = [&](char32_t c) {
    return std::find_if(std::begin(kHidden), std::end(kHidden),
                        [&](const Hidden& one) { return c >= one.first && c <= one.last; });
  };
  const auto is_beyond_ascii = [&](size_t i) { return i < code_points.size() && code_points[i] > 0x7f; };
  for (size_t i = 0; i < code_points.size(); ++i) {
    const char32_t c = code_points[i];
    const auto found = find(c);
    if (found == std::end(kHidden)) continue;
    const bool joins = (c == 0x200c || c == 0x200d) && i > 0 && is_beyond_ascii(i - 1) && is_beyond_ascii(i + 1);
    if (joins && find(code_points[i - 1]) == std::end(kHidden)) continue;
    return fmt::format("U+{:04X} {}", static_cast<uint32_t>(c), found->name);
  }
  return std::nullopt;
}

}  // namespace copybench
