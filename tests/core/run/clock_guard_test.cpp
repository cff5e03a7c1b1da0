#include "core/run/clock_guard.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const UtcTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

// A clock that was right at kNow; since then `passed` elapsed and the clock was set forward by `set`.
ClockReading reading(Nanoseconds passed, Nanoseconds set = 0h) {
  return {kNow + std::chrono::duration_cast<std::chrono::milliseconds>(passed + set), 1000s + passed};
}

}  // namespace

TEST_CASE("a clock that follows elapsed time is trusted, also when it is corrected a little") {
  ClockGuard guard(kNow - days(1), reading(0h));
  CHECK_FALSE(guard.doubt(reading(0h)));
  CHECK_FALSE(guard.doubt(reading(10h, 30min)));
  CHECK_FALSE(guard.doubt(reading(days(100), 45min)));
}

TEST_CASE("a clock set far forward is not trusted for a day; set right it is trusted at once") {
  ClockGuard guard(kNow, reading(0h));
  CHECK_FALSE(guard.doubt(reading(1h)));
  CHECK(guard.doubt(reading(2h, days(365))) == "the clock (2027-11-22T02:00:00.000Z) is 365 days ahead of what it was believed to be");
  CHECK(guard.doubt(reading(20h, days(365))));
  CHECK_FALSE(guard.doubt(reading(21h)));
  CHECK(guard.doubt(reading(22h, 2h)));
  CHECK(guard.doubt(reading(44h, 2h)));
  CHECK_FALSE(guard.doubt(reading(46h, 2h)));  // this one was right after all
  CHECK_FALSE(guard.doubt(reading(47h, 2h)));
}

TEST_CASE("a clock set back removes nothing, and coming forward again is a jump") {
  ClockGuard guard(kNow, reading(0h));
  CHECK_FALSE(guard.doubt(reading(1h, -days(30))));
  CHECK(guard.doubt(reading(2h)));
}

TEST_CASE("a clock more than a week past the last trusted time is not trusted from the start") {
  CHECK_FALSE(ClockGuard(kNow - days(6), reading(0h)).doubt(reading(0h)));
  CHECK_FALSE(ClockGuard(std::nullopt, reading(0h)).doubt(reading(0h)));
  CHECK_FALSE(ClockGuard(kNow + days(100), reading(0h)).doubt(reading(0h)));
  ClockGuard guard(kNow - days(8), reading(0h));
  CHECK(guard.doubt(reading(0h)));
  CHECK_FALSE(guard.doubt(reading(24h)));
  CHECK_FALSE(guard.doubt(reading(25h)));
}
