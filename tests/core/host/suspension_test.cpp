#include "core/host/suspension.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("a machine that stayed awake counts as not suspended") {
  const ClockGap before = clock_gap();
  CHECK(before.at_least <= before.at_most);
  for (int i = 0; i < 1000; ++i) CHECK(suspended_between(before, clock_gap()) == 0ns);
}

TEST_CASE("a difference within the readings' error is not a suspension") {
  CHECK(suspended_between({10ns, 30ns}, {20ns, 40ns}) == 0ns);
  CHECK(suspended_between({10ns, 30ns}, {1h, 1h + 20ns}) == 1h - 30ns);
}
