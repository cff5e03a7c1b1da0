#include "core/host/calibrate.h"

#include <doctest/doctest.h>

#include "core/base/time.h"

using namespace copybench;

TEST_CASE("a calibration has all its values, and the cache is no slower than memory") {
  const auto calibration = calibrate();
  REQUIRE(calibration);
  for (const CalibrationColumn& column : calibration_columns()) {
    CAPTURE(column.name);
    CHECK((*calibration).*column.member > 0);
    MESSAGE(column.name << ": " << (*calibration).*column.member);
  }
  CHECK(calibration->memcpy_cached_gbytes_per_s > 0.8 * calibration->memcpy_memory_gbytes_per_s);
  // A round trip is four system calls with real work each.
  CHECK(calibration->round_trip_us * 1e3 > calibration->syscall_ns);
}
