// How long this machine was suspended: the boot-time clock goes on meanwhile, the monotonic one does not.
#pragma once

#include "core/base/time.h"

namespace copybench {

// The difference of the two clocks, which cannot be read at one instant: between two bounds.
struct ClockGap {
  Nanoseconds at_least{};
  Nanoseconds at_most{};
};

ClockGap clock_gap();

// The boot-time clock itself: what has passed, suspended or not, however the wall clock was set.
Nanoseconds since_boot();

// At least so long; zero where the readings leave it open whether it was suspended at all.
Nanoseconds suspended_between(const ClockGap& before, const ClockGap& after);

}  // namespace copybench
