#include "core/base/deadline_monitor.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("nothing is overdue before its time, after a rest, or when the next stage has begun") {
  DeadlineMonitor deadline_monitor;
  CHECK_FALSE(deadline_monitor.overdue(Monotonic::now() + 1h));
  deadline_monitor.expect("a stage", 10s);
  CHECK_FALSE(deadline_monitor.overdue());
  deadline_monitor.expect("the next", 1h);
  CHECK_FALSE(deadline_monitor.overdue(Monotonic::now() + 1min));
  deadline_monitor.rest();
  CHECK_FALSE(deadline_monitor.overdue(Monotonic::now() + 24h));
}

TEST_CASE("an overdue stage is named with its delay") {
  DeadlineMonitor deadline_monitor;
  deadline_monitor.expect("a stage", 10s);
  const auto overdue = deadline_monitor.overdue(Monotonic::now() + 70s);
  REQUIRE(overdue);
  CHECK(overdue->starts_with("a stage should have ended "));
}
