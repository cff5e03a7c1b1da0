#include "core/run/clock_guard.h"

#include <fmt/format.h>

#include <algorithm>

namespace copybench {
namespace {

constexpr std::chrono::hours kJump{1};
constexpr std::chrono::hours kAway{7 * 24};
constexpr std::chrono::hours kHold{23};  // over by the next daily check

Nanoseconds over_boot(UtcTime wall, const ClockReading& now) { return wall.time_since_epoch() - now.boot; }

}  // namespace

ClockGuard::ClockGuard(std::optional<UtcTime> believed, const ClockReading& now)
    : base_(over_boot(believed && now.wall - *believed > kAway ? *believed : now.wall, now)) {}

std::optional<std::string> ClockGuard::doubt(const ClockReading& now) {
  const Nanoseconds offset = over_boot(now.wall, now);
  base_ = std::min(base_, offset);  // after it was set back, nothing is older by it
  const bool jumped = offset - base_ > kJump;
  if (jumped && !doubted_since_) doubted_since_ = now.boot;
  if (jumped && now.boot - *doubted_since_ < kHold) {
    const double hours = std::chrono::duration<double, std::ratio<3600>>(offset - base_).count();
    const std::string far = hours < 48 ? fmt::format("{:.0f} hours", hours) : fmt::format("{:.0f} days", hours / 24);
    return fmt::format("the clock ({}) is {} ahead of what it was believed to be", to_rfc3339(now.wall), far);
  }
  base_ = offset;
  doubted_since_.reset();
  return std::nullopt;
}

}  // namespace copybench
