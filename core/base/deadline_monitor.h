// Does a thread make progress? It says before each stage by when it will have moved on; somebody else asks whether that time
// has passed. Nobody is woken by it. expect() and rest() belong to one thread at a time, overdue() to any.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <string>

#include "core/base/time.h"

namespace copybench {

class Pulse {
 public:
  // `stage` is a literal: "claiming a run".
  void expect(const char* stage, Nanoseconds within) {
    stage_.store(stage);
    due_.store((Monotonic::now() + within).time_since_epoch().count());
  }
  // Nothing is due until the next expect().
  void rest() { due_.store(0); }

  // "claiming a run should have ended 3.2 s ago"; none while all is well.
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
