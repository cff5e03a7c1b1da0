// Executes one run: engine (under perf, if there is one) and load as children, verification, warm-up, the window
// (window.h), drain, and the checks on the result. core/README.md, "The life of a run", describes the steps.
//
// Threads: execute() runs in the scheduler's thread, one run at a time; the children are killed if that thread ends.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/model/outcome.h"
#include "core/model/spec.h"
#include "core/perf/capability.h"
#include "core/run/activity.h"
#include "core/run/interruption.h"
#include "core/run/limits.h"

namespace copybench {

// The stage that a run has reached; -1: no such process at that point. Under perf, `server` is perf and the engine is its
// child; otherwise `server` is the engine.
struct RunStage {
  std::string_view name;  // "start", "verify", "warm_up", "window", "drain", "end"
  pid_t server = -1;
  pid_t load = -1;
};

struct ExecutorOptions {
  std::string program;  // this binary
  StageLimits limits = {};
  std::function<void(const RunStage&)> on_stage = {};  // for tests that act on the children at a stage
  std::map<EngineMode, std::string> faults = {};  // for tests: the engines' --fault
};

class Executor {
 public:
  // All references must outlive the executor.
  Executor(ExecutorOptions options, PerfProbe& perf, Interruption& interruption, ActivityCounter& activity)
      : options_(std::move(options)), perf_(perf), interruption_(interruption), activity_(activity) {}

  RunResult execute(const ExperimentSpec& spec, const PlannedRun& run);

 private:
  const ExecutorOptions options_;
  PerfProbe& perf_;
  Interruption& interruption_;
  ActivityCounter& activity_;
};

}  // namespace copybench
