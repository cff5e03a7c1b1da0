// Waits for the child processes of one run together. A wait for one child also ends when any child dies, at its deadline, or by
// the Interruption. It does not poll: the daemon sleeps until one of these happens.
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/time.h"
#include "core/model/outcome.h"
#include "core/run/interruption.h"
#include "core/run/worker.h"

namespace copybench {

template <typename T>
using OrOutcome = tl::expected<T, RunOutcome>;

class WorkerGroup {
 public:
  explicit WorkerGroup(Interruption& interruption) : interruption_(interruption) {}

  // Adds a child, which must outlive the group.
  void join(Worker& worker) { workers_.push_back(&worker); }

  // Returns the worker's next report, which must be the one named. The outcome of a timeout names it: "no report `ready` from
  // the engine within 10.0 s".
  OrOutcome<Json> await(Worker& worker, const char* report, Nanoseconds at_most);

  // Waits for the time to pass. A report that arrives meanwhile is left to the next await().
  OrOutcome<void> pass(Monotonic::time_point until);

  // Waits until the worker's process has exited without error, and reads the rest of its output.
  OrOutcome<void> await_end(Worker& worker, Nanoseconds at_most);

  // Outcomes of a run that cannot go on. The text quotes the last lines of stderr of each child that wrote any.
  // Any error. timed_out if a signal has stopped (SIGSTOP) a child, since that explains the error.
  RunOutcome failed(const std::string& what) const;
  // An error on a child's pipes. Reports the child's death if that is the cause.
  RunOutcome broken(const std::string& what);
  // A timeout.
  RunOutcome late(const std::string& what) const;

 private:
  // Waits for any event; true on timeout.
  OrOutcome<bool> wait(Monotonic::time_point until);
  // The outcome if a child other than may_end has died.
  std::optional<RunOutcome> death(const Worker* may_end = nullptr);
  std::string with_last_words(const std::string& what) const;

  Interruption& interruption_;
  std::vector<Worker*> workers_;
};

}  // namespace copybench
