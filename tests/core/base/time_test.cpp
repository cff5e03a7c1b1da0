#include "core/base/time.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("times are written as RFC 3339 in UTC, with milliseconds") {
  CHECK(to_rfc3339(UtcTime{1'795'357'130'123ms}) == "2026-11-22T14:18:50.123Z");
  CHECK(to_rfc3339(UtcTime{0ms}) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(UtcTime{951'782'400'007ms}) == "2000-02-29T00:00:00.007Z");
  CHECK(to_rfc3339(UtcTime{-1ms}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("now has the stored resolution") {
  const auto now = utc_now();
  CHECK(now > UtcTime{1'700'000'000'000ms});
  CHECK(to_rfc3339(now).size() == std::string("2026-11-22T14:18:50.123Z").size());
}

TEST_CASE("the monotonic stamp is the clock of durations") {
  const auto before = Monotonic::now().time_since_epoch();
  const Nanoseconds stamp{monotonic_ns()};
  const auto after = Monotonic::now().time_since_epoch();
  CHECK(before <= stamp);
  CHECK(stamp <= after);
}

TEST_CASE("seconds as numbers round to the nanosecond") {
  CHECK(from_seconds(0.1) == 100ms);
  CHECK(from_seconds(3600) == 1h);
  CHECK(from_seconds(1e-9) == 1ns);
  CHECK(from_seconds(0.30000000000000004) == 300ms);
  CHECK(to_seconds(1500ms) == doctest::Approx(1.5));
  CHECK(from_seconds(to_seconds(123'456'789ns)) == 123'456'789ns);
}

TEST_CASE("a deadline is representable, however long the limit") {
  CHECK(deadline_after(Nanoseconds::max()) > Monotonic::now() + 24h);
  CHECK(deadline_after(1h) > Monotonic::now() + 59min);
  const auto over = deadline_after(-1h);
  CHECK(over <= Monotonic::now());
}
