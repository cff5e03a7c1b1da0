// Can the wall clock be believed, so that what is old by it may be removed? A clock that was set a year forward by mistake
// must not cost a year's results. It is doubted where it has gone forward by more than an hour beyond the boot-time clock,
// or by more than a week since it was believed last; it is believed again when it is set back, or has gone on from there for
// a day, in which somebody may have seen the warning. A machine that was off for a month so keeps its results a day longer.
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
  // believed: when the clock was believed last, perhaps by an earlier process; none: never.
  ClockGuard(std::optional<UtcTime> believed, const ClockReading& now);

  // Why it is doubted, in a sentence; none where it is believed. To be asked at least once a day.
  std::optional<std::string> doubt(const ClockReading& now);

 private:
  Nanoseconds base_;  // of the wall clock over the boot-time clock, when it was believed
  std::optional<Nanoseconds> doubted_since_;
};

}  // namespace copybench
