// Runs `perf record` beside a run: it samples call stacks within the window, and is switched on and off over the control channel
// like perf stat's counters.
//
// The samples go to memory (a memfd), not to a file. The whole machine is sampled if this process may do so: the deferred copy of
// zero_copy runs partly in ksoftirqd, which belongs to no process of the run. Otherwise only engine and load are sampled.
// Lifetime: the destructor ends perf. Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/subprocess.h"
#include "core/base/time.h"
#include "core/perf/capability.h"
#include "core/perf/perf_stat.h"

namespace copybench {

// More samples than this only cost memory: a share is then known to 0.2 % (one standard error).
constexpr int64_t kMostSamples = 50'000;
// The limit of their stacks as text, 4 KiB each.
constexpr size_t kMostScript = kMostSamples << 12;

struct Sampling {
  std::string event;      // "cycles", or "cpu-clock" if the machine cannot sample cycles
  int frequency_hz = 0;   // per CPU
  bool whole_machine = false;
  std::vector<pid_t> processes;  // if not the whole machine
};

// The frequency that gives kMostSamples in the window on `cpus` CPUs, within 49 to 3999 Hz and the kernel's limit.
int sampling_frequency(int cpus, Nanoseconds window);

Sampling choose_sampling(PerfProbe& perf, Nanoseconds window, const std::vector<pid_t>& processes);

class Recorder {
 public:
  // Needs a usable perf. Returns before perf has started: the first enable() waits for it.
  static Result<Recorder> start(const std::string& perf_path, const Sampling& sampling);

  tl::expected<void, PerfControlError> enable(Nanoseconds at_most) { return explained(control_.enable(at_most)); }
  tl::expected<void, PerfControlError> disable(Nanoseconds at_most) { return explained(control_.disable(at_most)); }

  pid_t pid() const { return process_.pid(); }

  // Ends perf and returns its samples as text, for fold_perf_script(). Takes some seconds for many samples: never call it within
  // a window. Fails if perf does not end in time, ends with an error, or prints more than kMostScript.
  Result<std::string> finish(Nanoseconds at_most);

 private:
  Recorder(std::string perf_path, PerfControl control, Subprocess process)
      : perf_path_(std::move(perf_path)), control_(std::move(control)), process_(std::move(process)) {}
  std::optional<ExitStatus> wait_for_end(Nanoseconds at_most);
  tl::expected<void, PerfControlError> explained(tl::expected<void, PerfControlError> done);

  std::string words();

  std::string perf_path_;
  std::string last_words_;
  PerfControl control_;
  Subprocess process_;
};

}  // namespace copybench
