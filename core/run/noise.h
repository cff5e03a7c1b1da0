// Detects what else used the CPUs of a run while it was measured, and whether that makes the figures doubtful.
//
// Neighbours are measured from two sides, since either alone may err: the time for which the run's CPUs were busy beyond
// its own two processes (/proc/stat, which on many kernels samples at ticks), and the time that the other processes of the
// machine used (/proc/PID/stat, which has the CPU that each was last on). The lesser of the two applies. It is computed in
// two ways, of which the greater result applies: process time on the run's CPUs against all other processes; and busy time
// with the interrupts against those processes that were on the run's CPUs. The reason: the run's own time contains the soft
// interrupts that interrupted its sends and receives. /proc/stat counts them for no process, so they can hide neighbours.
// If not all processes are visible, the process time decides alone. ksoftirqd counts as part of the run.
//
// Threads: one at a time. detect_noise() is pure.
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

// Read shortly before a window opens and after it has closed. Takes some ms.
struct NoiseEdge {
  Monotonic::time_point at;             // when the list was read
  std::vector<ProcessTimes> processes;
  std::string no_processes;           // why there is no list
  bool all_processes = false;         // the list covers the whole machine
  std::optional<double> frequency_khz;  // mean over the run's CPUs; none: unreadable
  std::optional<int64_t> throttles;   // how often heat slowed them down since boot; none: unreadable
};
NoiseEdge read_noise_edge(const std::vector<int>& cpus);

struct NoiseWindow {
  std::vector<int> cpus;      // the CPUs that the run's threads were on
  Nanoseconds length{};
  CpuTimes cpu;               // of these CPUs, in the window
  int64_t own_cpu_ns = 0;     // of engine and load, in the window
  int64_t daemon_cpu_ns = 0;  // of all threads of this process, in the window
  uint64_t requests = 0;      // that it answered in the window
  std::vector<pid_t> own;     // process groups of the run, and this process
  NoiseEdge before;
  NoiseEdge after;
};

struct Noise {
  std::vector<RunFlag> flags;  // steal, neighbours, api, frequency, thermal
  Json evidence;
};
Noise detect_noise(const NoiseWindow& window);

}  // namespace copybench
