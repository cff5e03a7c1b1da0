// Decides whether the wall clock can be trusted for age-based removal. A clock that was set a year forward by mistake must
// not cost a year's results. The clock is distrusted if it goes forward by more than an hour beyond the boot-time clock, or
// by more than a week since it was last trusted. It is trusted again when it is set back, or when it has run on for a day,
// in which somebody may have seen the warning. A machine that was off for a month thus keeps its results a day longer.
//
// Pure. Threads: one at a time.
#pragma once

#include <optional>
#include <string>

#include "core/base/time.h"

namespace copybench {

struct ClockReading {
  UtcTime wall;
  Nanoseconds boot{};  // since_boot()
};

class ClockGuard {
 public:
  // believed: when the clock was last trusted, perhaps by an earlier process; none: never.
  ClockGuard(std::optional<UtcTime> believed, const ClockReading& now);

  // Why the clock is distrusted, in a sentence; none if it is trusted. Call at least once a day.
  std::optional<std::string> doubt(const ClockReading& now);

 private:
  Nanoseconds base_;  // wall clock minus boot-time clock, when it was last trusted
  std::optional<Nanoseconds> doubted_since_;
};

}  // namespace copybench
