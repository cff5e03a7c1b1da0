// How long this machine was suspended. The boot-time clock runs during a suspension, the monotonic clock does not.
#pragma once

#include "core/base/time.h"

namespace copybench {

// Two bounds of the difference of the two clocks, which cannot be read at the same instant.
struct ClockGap {
  Nanoseconds at_least{};
  Nanoseconds at_most{};
};

ClockGap clock_gap();

// The boot-time clock: the time since boot including suspensions, independent of the wall clock.
Nanoseconds since_boot();

// A lower bound of the suspension. Zero if the readings do not prove that there was one.
Nanoseconds suspended_between(const ClockGap& before, const ClockGap& after);

}  // namespace copybench
