#include "core/base/pulse.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("nothing is overdue before its time, after a rest, or when the next stage has begun") {
  Pulse pulse;
  CHECK_FALSE(pulse.overdue(Monotonic::now() + 1h));
  pulse.expect("a stage", 10s);
  CHECK_FALSE(pulse.overdue());
  pulse.expect("the next", 1h);
  CHECK_FALSE(pulse.overdue(Monotonic::now() + 1min));
  pulse.rest();
  CHECK_FALSE(pulse.overdue(Monotonic::now() + 24h));
}

TEST_CASE("what is overdue is named with how late it is") {
  Pulse pulse;
  pulse.expect("a stage", 10s);
  const auto overdue = pulse.overdue(Monotonic::now() + 70s);
  REQUIRE(overdue);
  CHECK(overdue->starts_with("a stage should have ended "));
}
