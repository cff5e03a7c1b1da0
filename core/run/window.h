// The window of one run. It switches perf's counting on, reads /proc/stat, then has both children make their mark; at the
// end in the opposite order. So the children's intervals lie within the machine's, and that within perf's. In between, the
// executor sleeps in one poll: nothing of the daemon runs, writes or logs. What is read at both edges also shows what else
// the machine did meanwhile.
//
// Threads: the scheduler's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/host/suspension.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_stat.h"
#include "core/run/activity.h"
#include "core/run/evidence.h"
#include "core/run/limits.h"
#include "core/run/noise.h"
#include "core/run/worker_group.h"

namespace copybench {

// perf counts (control), samples (recorder) or is absent.
struct WindowParties {
  WorkerGroup& workers;
  Worker& engine;
  Worker& load;
  PerfControl* control = nullptr;
  Recorder* recorder = nullptr;
};

class Window {
 public:
  // cpus: the CPUs that the run's threads use. The results go into the evidence. All references must outlive it.
  Window(const WindowParties& parties, const StageLimits& limits, ActivityCounter& activity, std::vector<int> cpus,
         RunEvidence& evidence);

  // Call these in order, once each. An outcome ends the run.
  OrOutcome<void> open();
  OrOutcome<void> pass(Nanoseconds duration);
  OrOutcome<void> close();

  // Complete after close().
  const NoiseWindow& noise() const { return noise_; }
  // Why the recorder did not sample; empty while it does.
  const std::string& recorder_problem() const { return recorder_problem_; }
  // perf did not follow its orders, although the engine under it may be well.
  bool perf_failed() const { return perf_failed_; }

 private:
  OrOutcome<void> mark(const char* order, const char* report, Json& engine_mark, Json& load_mark);
  OrOutcome<void> understand_machine(const std::string& machine_after);
  tl::unexpected<RunOutcome> failed(const std::string& what) const { return tl::unexpected(parties_.workers.failed(what)); }
  tl::unexpected<RunOutcome> give_up_perf(const PerfControlError& error);

  const WindowParties parties_;
  const StageLimits& limits_;
  ActivityCounter& activity_;
  std::optional<ActivityCounter::OpenWindow> open_;
  RunEvidence& evidence_;
  Measurement& measurement_;  // the evidence's

  NoiseWindow noise_;
  std::string recorder_problem_;
  bool perf_failed_ = false;
  ClockGap clocks_before_;
  uint64_t requests_before_ = 0;
  std::string machine_before_;  // /proc/stat
  Monotonic::time_point machine_since_;
  std::pair<Monotonic::time_point, Monotonic::time_point> counting_since_;  // before any counter was on; after all were on
};

}  // namespace copybench
