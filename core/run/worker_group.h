// The children of one run, waited for together: whatever is awaited of one, the death of any, a deadline and a word from
// outside end the waiting too. While nothing happens the waiting wakes nobody.
//
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

class Crew {
 public:
  explicit Crew(Interruption& interruption) : interruption_(interruption) {}

  // The worker must outlive the crew, and is awaited from now on.
  void join(Worker& worker) { workers_.push_back(&worker); }

  // The worker's next report, which must be the one named. Over the time, the outcome names it: "no report `ready` from
  // the engine within 10.0 s".
  OrOutcome<Json> await(Worker& worker, const char* report, Nanoseconds at_most);

  // Lets the time pass, in which no child should say anything.
  OrOutcome<void> pass(Monotonic::time_point until);

  // Waits until the worker's process has ended, in order, and reads the rest of what it wrote.
  OrOutcome<void> await_end(Worker& worker, Nanoseconds at_most);

  // The outcome of an error, with the last words of whoever has any. Where a signal has stopped a child the run timed out,
  // whatever went wrong by that.
  RunOutcome failed(const std::string& what) const;
  // The outcome of an error in talking to a child: its death, where that is the cause.
  RunOutcome broken(const std::string& what);
  // The outcome of a limit that has passed.
  RunOutcome late(const std::string& what) const;

 private:
  // Waits for something to happen; true when the time is over.
  OrOutcome<bool> wait(Monotonic::time_point until);
  // Of any but one who may end.
  std::optional<RunOutcome> death(const Worker* may_end = nullptr);
  std::string with_last_words(const std::string& what) const;

  Interruption& interruption_;
  std::vector<Worker*> workers_;
};

}  // namespace copybench
