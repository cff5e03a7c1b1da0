#include "core/database/write_status.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a failed write is reported until one succeeds") {
  WriteStatus status;
  CHECK_FALSE(status.last_error());
  status.failed({StoreError::Kind::full, "The disk is full."});
  REQUIRE(status.last_error());
  CHECK(status.last_error()->kind == StoreError::Kind::full);
  CHECK(status.last_error()->message.starts_with("The disk is full. (Since 2"));
  CHECK_FALSE(status.refusal());
  status.succeeded();
  CHECK_FALSE(status.last_error());
}

TEST_CASE("damage rejects every later write, with its own message") {
  WriteStatus status;
  SUBCASE("found by a check") { status.refuse({StoreError::Kind::io, "Found first."}); }
  SUBCASE("met by a write") { status.failed({StoreError::Kind::corrupt, "Found first."}); }
  status.succeeded();
  status.failed({StoreError::Kind::full, "The disk is full."});
  REQUIRE(status.refusal());
  CHECK(status.refusal()->message.starts_with("Found first. (Since 2"));
  CHECK(status.last_error()->message == status.refusal()->message);
}
