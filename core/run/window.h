// The window of one run: perf's counting is switched on, then /proc/stat is read, then both children make their mark; at the
// end in the opposite order. So the children's intervals lie within the machine's, and that within perf's. In between, the
// executor sleeps in one poll: nothing of the daemon's runs, writes or logs. What is read at both edges also tells what else
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
#include "core/run/crew.h"
#include "core/run/evidence.h"
#include "core/run/limits.h"
#include "core/run/noise.h"

namespace copybench {

// perf counts (control), samples (recorder) or is not there.
struct WindowParties {
  Crew& crew;
  Worker& engine;
  Worker& load;
  PerfControl* control = nullptr;
  Recorder* recorder = nullptr;
};

class Window {
 public:
  // cpus: those that the run's threads are on. What it learns goes into the evidence. All references must outlive it.
  Window(const WindowParties& parties, const StageLimits& limits, ActivityCounter& activity, std::vector<int> cpus,
         RunEvidence& evidence);

  // To be called one after the other, once each; an outcome ends the run.
  OrOutcome<void> open();
  OrOutcome<void> pass(Nanoseconds duration);
  OrOutcome<void> close();

  // Complete once it has closed.
  const NoiseWindow& noise() const { return noise_; }
  // Why the recorder did not sample; empty while it does.
  const std::string& recorder_problem() const { return recorder_problem_; }
  // perf did not do what it was told, while the engine under it may be well.
  bool perf_failed() const { return perf_failed_; }

 private:
  OrOutcome<void> mark(const char* order, const char* report, Json& engine_mark, Json& load_mark);
  OrOutcome<void> understand_machine(const std::string& machine_after);
  tl::unexpected<RunOutcome> failed(const std::string& what) const { return tl::unexpected(parties_.crew.failed(what)); }
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
  std::pair<Monotonic::time_point, Monotonic::time_point> counting_since_;  // none of the counters yet; all of them
};

}  // namespace copybench
