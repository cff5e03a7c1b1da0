// Takes runs from the store one after another and executes them. One experiment owns the machine at a time.
//
// The loop: retention -> gather circumstances -> claim -> calibrate -> execute -> calibrate -> finish -> raise `changed`.
// If nothing is queued, it waits for nudge(). Nothing of the queue is kept in memory: the store's table is the queue.
// start() starts the one thread, and stop() or the destructor ends it. A run's children are spawned from it. The other
// member functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/change_notifier.h"
#include "core/base/result.h"
#include "core/model/records.h"
#include "core/perf/capability.h"
#include "core/run/activity.h"
#include "core/run/executor.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

struct SchedulerOptions {
  ExecutorOptions executor;
  std::shared_ptr<spdlog::logger> logger = {};  // one line for each run that has ended; none: no lines
  // Receives the current activity, in a line. Called on the scheduler's thread before a run and after it, never during one.
  std::function<void(const std::string&)> on_status = {};
  RetentionPolicy retention = {};  // applied between runs
};

class Scheduler {
 public:
  // All references must outlive the scheduler.
  Scheduler(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeNotifier& changed, ActivityCounter& activity);
  ~Scheduler();

  // Fails if the system provides no thread or no descriptor.
  Result<void> start();
  // Ends a running measurement within a second. It is recorded as interrupted.
  void stop();

  // Call when there may be something new in the queue.
  void nudge();
  // Cancels in the store and ends the experiment's running child, if any, within a second.
  StoreResult<ExperimentRecord> cancel(ExperimentId experiment);

  // Applies from the next run on.
  void set_retention(const RetentionPolicy& policy);

  // The error that prevents writes to the store, so that nothing is measured although runs are queued; none otherwise.
  std::optional<StoreError> paused_by() const;
  std::optional<std::string> paused_reason() const;  // its message
  // The overdue step: a run beyond the sum of its stages' limits, or a queue that is not served. None otherwise. For a
  // watchdog, because the scheduler's own thread cannot detect this.
  std::optional<std::string> stalled(Monotonic::time_point now = Monotonic::now()) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
