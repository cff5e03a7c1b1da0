#include "core/engine/completions.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a slot is free when each of its sends has completed, and not before") {
  Completions completions(4);
  completions.sent(0);
  completions.sent(0);  // the rest of a partial send
  completions.sent(1);
  REQUIRE(completions.completed(0, 0));
  CHECK(!completions.is_free(0));
  CHECK(!completions.is_free(1));
  CHECK(completions.is_free(2));
  REQUIRE(completions.completed(1, 1));
  CHECK(completions.is_free(0));
  CHECK(completions.outstanding() == 1);
}

TEST_CASE("ranges are inclusive and may come out of order") {
  Completions completions(8);
  for (uint32_t slot = 0; slot < 8; ++slot) completions.sent(slot);
  REQUIRE(completions.completed(4, 7));
  CHECK(completions.is_free(7));
  CHECK(!completions.is_free(3));
  REQUIRE(completions.completed(0, 3));
  CHECK(completions.outstanding() == 0);
}

TEST_CASE("ids wrap at 2^32") {
  Completions completions(4, 0xfffffffe);
  for (uint32_t slot = 0; slot < 4; ++slot) completions.sent(slot);  // ids fffffffe, ffffffff, 0, 1
  REQUIRE(completions.completed(0xffffffff, 0));
  CHECK(!completions.is_free(0));
  CHECK(completions.is_free(1));
  CHECK(completions.is_free(2));
  REQUIRE(completions.completed(0xfffffffe, 0xfffffffe));
  REQUIRE(completions.completed(1, 1));
  CHECK(completions.outstanding() == 0);
}

TEST_CASE("an unexpected completion is an error") {
  Completions completions(2);
  CHECK(!completions.completed(0, 0));  // never sent
  completions.sent(0);
  completions.sent(1);
  CHECK(!completions.completed(0, 2));  // extends past the last send
  REQUIRE(completions.completed(1, 1));
  const auto twice = completions.completed(1, 1);
  REQUIRE(!twice);
  CHECK(twice.error().message.find("twice") != std::string::npos);
  REQUIRE(completions.completed(0, 0));
  CHECK(!completions.completed(0, 0));
}

TEST_CASE("more sends may be open than initially reserved") {
  Completions completions(2, 0xfffffff0);
  for (int i = 0; i < 100; ++i) completions.sent(0);
  REQUIRE(completions.completed(0xfffffff0, 0xfffffff0 + 98));
  CHECK(!completions.is_free(0));
  REQUIRE(completions.completed(0xfffffff0 + 99, 0xfffffff0 + 99));
  CHECK(completions.is_free(0));
}
