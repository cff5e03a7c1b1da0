#include "core/load/pacer.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("connections take turns at the rate of all together") {
  constexpr int64_t kMs = 1'000'000;
  const Pacer first({1000, 0, 2}, 5 * kMs);
  const Pacer second({1000, 1, 2}, 5 * kMs);
  CHECK(first.due_ns(0) == 5 * kMs);
  CHECK(second.due_ns(0) == 6 * kMs);
  CHECK(first.due_ns(1) == 7 * kMs);
  CHECK(second.due_ns(1) == 8 * kMs);
}

TEST_CASE("an hour at an odd rate ends where it should, to the nanosecond") {
  const Pacer pacer({3, 0, 1}, 0);
  CHECK(pacer.due_ns(3 * 3600) == 3'600'000'000'000);
  CHECK(pacer.due_ns(1) == 333'333'333);
}
