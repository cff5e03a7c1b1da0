#include "core/model/text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "core/model/hidden_character.h"

namespace copybench {

std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  std::u32string decoded;
  decoded.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[i]);
    const size_t length = lead < 0x80 ? 1 : lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xe ? 3 : lead >> 3 == 0x1e ? 4 : 0;
    if (length == 0 || i + length > bytes.size()) return std::nullopt;
    char32_t code_point = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<uint8_t>(bytes[i + k]);
      if (next >> 6 != 0x2) return std::nullopt;
      code_point = code_point << 6 | (next & 0x3fu);
    }
    constexpr char32_t kSmallestOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < kSmallestOfLength[length] || code_point > 0x10ffff || surrogate) return std::nullopt;
    decoded.push_back(code_point);
    i += length;
  }
  return decoded;
}

bool is_control_character(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f);
}

std::string clean_text(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    size_t length = 1;
    std::optional<std::u32string> decoded;
    for (; length <= 4 && i + length <= bytes.size() && !decoded; ++length) decoded = decode_utf8(bytes.substr(i, length));
    if (decoded) --length;
    const bool kept = decoded && (bytes[i] == '\n' || bytes[i] == '\t' || !is_control_character(decoded->front()));
    text += kept ? bytes.substr(i, length) : kReplacement;
    i += decoded ? length : 1;
  }
  return text;
}

bool any_visible(std::u32string_view code_points) {
  // From Unicode 15: White_Space, Default_Ignorable_Code_Point, the format characters, and the blank of Braille.
  constexpr std::pair<char32_t, char32_t> kInvisible[] = {
      {0x00, 0x20},       {0x7f, 0xa0},       {0xad, 0xad},       {0x34f, 0x34f},     {0x600, 0x605},   {0x61c, 0x61c},
      {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5}, {0x180b, 0x180f},
      {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800},   {0x3000, 0x3000}, {0x3164, 0x3164},
      {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0x1bca0, 0x1bca3},
      {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
  return std::any_of(code_points.begin(), code_points.end(), [&](char32_t c) {
    return std::none_of(std::begin(kInvisible), std::end(kInvisible),
                        [&](const auto& range) { return c >= range.first && c <= range.second; });
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string shown(std::string_view text) {
  constexpr size_t kMaxShownBytes = 80;
  const auto decoded = text.size() > kMaxShownBytes ? std::nullopt : decode_utf8(text);
  if (!decoded || std::any_of(decoded->begin(), decoded->end(), is_control_character) || hidden_character(*decoded)) {
    return "that text";
  }
  return "\"" + std::string(text) + "\"";
}

}  // namespace copybench
