#include "core/model/text.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("UTF-8 of every length is decoded") {
  CHECK(decode_utf8("") == std::u32string());
  CHECK(decode_utf8("aß€😀") == std::u32string(U"aß€😀"));
  CHECK(decode_utf8("\xf4\x8f\xbf\xbf") == std::u32string(U"\U0010ffff"));
}

TEST_CASE("bytes that are not UTF-8 are rejected") {
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

TEST_CASE("only printable text is quoted") {
  CHECK(shown("fast") == "\"fast\"");
  CHECK(shown("\x1b[31m") == "that text");
  CHECK(shown("\xff") == "that text");
  CHECK(shown("a\xe2\x80\xae""b") == "that text");
  CHECK(shown(std::string(1000, 'a')) == "that text");
}

TEST_CASE("other programs' text is made fit to store, and stays the same if it already is") {
  CHECK(clean_text("caf\xc3\xa9\tone\nline \xf0\x9f\x98\x80") == "caf\xc3\xa9\tone\nline \xf0\x9f\x98\x80");
  CHECK(clean_text("a\xff" "b\x1b[2Jc\xc3") == "a\xef\xbf\xbd" "b\xef\xbf\xbd[2Jc\xef\xbf\xbd");
  CHECK(clean_text(std::string_view("\0\xed\xa0\x80", 4)) == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(clean_text("").empty());
}
