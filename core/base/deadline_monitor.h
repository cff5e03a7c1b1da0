// Watchdog deadline for one thread. The thread calls expect() before each stage; a monitor calls overdue(). Wakes no thread.
// Threads: expect() and rest() by one thread at a time, overdue() by any.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <string>

#include "core/base/time.h"

namespace copybench {

class DeadlineMonitor {
 public:
  // `stage` is a literal: "claiming a run".
  void expect(const char* stage, Nanoseconds within) {
    stage_.store(stage);
    due_.store((Monotonic::now() + within).time_since_epoch().count());
  }
  // Clears the deadline until the next expect().
  void rest() { due_.store(0); }

  // "claiming a run should have ended 3.2 s ago"; none in time.
  std::optional<std::string> overdue(Monotonic::time_point now = Monotonic::now()) const {
    const Monotonic::rep due = due_.load();
    const Nanoseconds late = now.time_since_epoch() - Monotonic::duration{due};
    if (due == 0 || late <= Nanoseconds{0}) return std::nullopt;
    return fmt::format("{} should have ended {:.1f} s ago", stage_.load(), to_seconds(late));
  }

 private:
  std::atomic<const char*> stage_{""};
  std::atomic<Monotonic::rep> due_{0};
};

}  // namespace copybench
