#include "core/load/pacer.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("connections take turns at the total rate") {
  constexpr int64_t kMillisecond = 1'000'000;
  const Pacer first({1000, 0, 2}, 5 * kMillisecond);
  const Pacer second({1000, 1, 2}, 5 * kMillisecond);
  CHECK(first.due_ns(0) == 5 * kMillisecond);
  CHECK(second.due_ns(0) == 6 * kMillisecond);
  CHECK(first.due_ns(1) == 7 * kMillisecond);
  CHECK(second.due_ns(1) == 8 * kMillisecond);
}

TEST_CASE("an hour at an odd rate ends where it should, to the nanosecond") {
  const Pacer pacer({3, 0, 1}, 0);
  CHECK(pacer.due_ns(3 * 3600) == 3'600'000'000'000);
  CHECK(pacer.due_ns(1) == 333'333'333);
}
