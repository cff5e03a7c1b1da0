// Takes runs from the store one after another and has them executed; one experiment owns the machine at a time.
//
// The loop: retention -> gather circumstances -> claim -> calibrate -> execute -> calibrate -> finish -> raise `changed`;
// where nothing is queued it waits for nudge(). Nothing of the queue is kept in memory: the store's table is the queue. One
// thread, started by start(), ended by stop() or the destructor; the children of a run are spawned from it. The other member
// functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/change_signal.h"
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
  std::shared_ptr<spdlog::logger> logger = {};  // one line a run, when it has ended; none: no lines
  // What it does now, in a line. Called on the scheduler's thread before a run and after it, never during one.
  std::function<void(const std::string&)> on_status = {};
  RetentionPolicy retention = {};  // applied between runs
};

class Scheduler {
 public:
  // All references must outlive the scheduler.
  Scheduler(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeSignal& changed, ActivityCounter& activity);
  ~Scheduler();

  // Fails where the system gives no thread or no descriptor.
  Result<void> start();
  // A running measurement is ended within a second and recorded as interrupted.
  void stop();

  // There may be something new in the queue.
  void nudge();
  // Cancels in the store and ends the experiment's running child, if any, within a second.
  StoreResult<ExperimentRecord> cancel(ExperimentId experiment);

  // From the next run on.
  void set_retention(const RetentionPolicy& policy);

  // What keeps the store from being written, so that nothing is measured although runs are queued; none while all is well.
  std::optional<StoreError> paused_by() const;
  std::optional<std::string> paused_reason() const;  // its message
  // What should have ended long ago: a run beyond the sum of its stages' limits, a queue that is not looked at. None while
  // all is well. For a watchdog: it is not the scheduler's thread that notices.
  std::optional<std::string> stalled(Monotonic::time_point now = Monotonic::now()) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
