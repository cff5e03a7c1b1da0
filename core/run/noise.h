// What else went on at the CPUs of a run while it was measured, and whether it is enough to doubt the figures.
//
// Neighbours are told from both sides, since either alone may err: what the CPUs of the run were busy with beyond its own
// two processes (/proc/stat, which on many kernels samples at ticks), and what the other processes of the machine used
// (/proc/PID/stat, which tells of each the CPU it was last on). The lesser of the two counts, in whichever of these two ways it
// is greater: of the time of processes, beside all processes; and of busy time with the interrupts, beside those processes
// that were on the run's CPUs. For the run's own time has the soft interrupts in it that its sends and receives were
// interrupted by, which /proc/stat counts as nobody's, and so do neighbours disappear behind them. Where not all processes can
// be seen, the time of processes decides alone. ksoftirqd works for the run.
//
// Threads: one at a time. judge_noise() is pure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/time.h"
#include "core/host/proc_stat.h"
#include "core/host/process_list.h"
#include "core/model/run_flag.h"

namespace copybench {

struct NoiseLimits {
  static constexpr double kNeighbours = 0.05;  // share of the time of the run's CPUs, and
  static constexpr Nanoseconds kNeighboursLeast = std::chrono::milliseconds{50};  // ticks are 10 ms
  static constexpr double kSteal = 0.01;
  static constexpr Nanoseconds kStealLeast = std::chrono::milliseconds{30};
  static constexpr double kDaemon = 0.01;  // CPU time of this process over the window's length: 1 % of one CPU
  static constexpr double kFrequency = 0.05;  // change of the mean over the run's CPUs
  static constexpr size_t kMostProcesses = 2000;
};

// Read shortly before a window opens and after it has closed: some ms.
struct NoiseEdge {
  Monotonic::time_point at;             // when the list was there
  std::vector<ProcessTimes> processes;
  std::string no_processes;           // why there is no list
  bool all_processes = false;         // the list has those of the whole machine
  std::optional<double> frequency_khz;  // mean over the run's CPUs; none: not to be read
  std::optional<int64_t> throttles;   // how often heat slowed them down, since boot; none: not to be read
};
NoiseEdge read_noise_edge(const std::vector<int>& cpus);

struct NoiseWindow {
  std::vector<int> cpus;      // those that the run's threads were on
  Nanoseconds length{};
  CpuTimes cpu;               // theirs, in the window
  int64_t own_cpu_ns = 0;     // of engine and load, in the window
  int64_t daemon_cpu_ns = 0;  // of all threads of this process, in the window
  uint64_t requests = 0;      // that it answered meanwhile
  std::vector<pid_t> own;     // process groups of the run, and this process
  NoiseEdge before;
  NoiseEdge after;
};

struct Noise {
  std::vector<RunFlag> flags;  // steal, neighbours, api, frequency, thermal
  Json evidence;
};
Noise judge_noise(const NoiseWindow& window);

}  // namespace copybench
