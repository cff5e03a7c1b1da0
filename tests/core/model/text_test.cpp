#include "core/model/text.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("UTF-8 of every length is decoded") {
  CHECK(decode_utf8("") == std::u32string());
  CHECK(decode_utf8("aß€😀") == std::u32string(U"aß€😀"));
  CHECK(decode_utf8("\xf4\x8f\xbf\xbf") == std::u32string(U"\U0010ffff"));
}

TEST_CASE("bytes that are no UTF-8 are refused") {
  for (const char* bad : {"\x80", "\xc3", "\xc3(", "\xe2\x82", "\xf0\x9f\x98", "\xff", "\xc0\xaf", "\xe0\x80\xaf",
                          "\xf0\x80\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    CAPTURE(bad);
    CHECK_FALSE(decode_utf8(bad));
  }
}

TEST_CASE("control characters are C0, DEL and C1") {
  for (const char32_t control : {U'\0', U'\n', U'\x1b', U'\x7f', U'\x80', U'\x9f'})
    CHECK(is_control_character(control));
  for (const char32_t other : {U' ', U'~', U'\xa0', U'é'}) CHECK_FALSE(is_control_character(other));
}

TEST_CASE("only text fit to be shown is quoted") {
  CHECK(shown("fast") == "\"fast\"");
  CHECK(shown("\x1b[31m") == "that text");
  CHECK(shown("\xff") == "that text");
  CHECK(shown("a\xe2\x80\xae""b") == "that text");
  CHECK(shown(std::string(1000, 'a')) == "that text");
}

TEST_CASE("other programs' text is made fit to be stored, and stays what it is where it is fit") {
  CHECK(clean_text("caf\xc3\xa9\tone\nline \xf0\x9f\x98\x80") == "caf\xc3\xa9\tone\nline \xf0\x9f\x98\x80");
  CHECK(clean_text("a\xff" "b\x1b[2Jc\xc3") == "a\xef\xbf\xbd" "b\xef\xbf\xbd[2Jc\xef\xbf\xbd");
  CHECK(clean_text(std::string_view("\0\xed\xa0\x80", 4)) == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(clean_text("").empty());
}

TEST_CASE("hidden characters are found and named") {
  for (const char32_t c : {U'\x61c', U'\x200e', U'\x202a', U'\x202e', U'\x2066', U'\x2069', U'\xad', U'\x200b', U'\x2028',
                           U'\x2060', U'\x2063', U'\xfeff', U'\x3164', U'\xfff9', U'\xe0041'}) {
    CAPTURE(static_cast<uint32_t>(c));
    CHECK(hidden_character(std::u32string{U'\x5d0', c, U'\x5d1'}));
    CHECK(hidden_character(std::u32string{c}));
  }
  CHECK(hidden_character(U"a\x202e") == "U+202E RIGHT-TO-LEFT OVERRIDE");
  CHECK(hidden_character(U"\xe0041") == "U+E0041 TAG");
  for (const std::u32string_view fine :
       {U"", U"quick\n\t", U"\xa0 \x2003", U"\x5e9\x5dc\x5d5\x5dd", U"\x2764\xfe0f", U"\x845b\xe0100"}) {
    CHECK_FALSE(hidden_character(fine));
  }
}

TEST_CASE("joiners are part of words and emoji, and hidden beside ASCII") {
  CHECK_FALSE(hidden_character(U"\x645\x6cc\x200c\x62e\x648\x627\x647\x645"));     // Persian
  CHECK_FALSE(hidden_character(U"\x1f469\x200d\x1f4bb \x2764\xfe0f\x200d\x1f525"));  // a programmer, a burning heart
  CHECK(hidden_character(U"qui\x200d""ck") == "U+200D ZERO WIDTH JOINER");
  CHECK(hidden_character(U"\x645\x200c") == "U+200C ZERO WIDTH NON-JOINER");
  CHECK(hidden_character(U"\x645\x200c\x200c\x645"));
}
