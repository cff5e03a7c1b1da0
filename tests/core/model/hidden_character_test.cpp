#include "core/model/hidden_character.h"

#include <doctest/doctest.h>

#include <cstdint>

using namespace copybench;

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
