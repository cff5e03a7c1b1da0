#include "core/host/suspension.h"

#include <time.h>

#include <algorithm>

namespace copybench {
namespace {

Nanoseconds read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);  // fails for wrong arguments only
  return std::chrono::seconds{now.tv_sec} + Nanoseconds{now.tv_nsec};
}

}  // namespace

ClockGap clock_gap() {
  const Nanoseconds before = read_clock(CLOCK_MONOTONIC);
  const Nanoseconds boot = read_clock(CLOCK_BOOTTIME);
  const Nanoseconds after = read_clock(CLOCK_MONOTONIC);
  return {boot - after, boot - before};
}

Nanoseconds since_boot() { return read_clock(CLOCK_BOOTTIME); }

Nanoseconds suspended_between(const ClockGap& before, const ClockGap& after) {
  return std::max(Nanoseconds{0}, after.at_least - before.at_most);
}

}  // namespace copybench
