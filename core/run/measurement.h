// The reports of the two children, perf and /proc/stat on one window, and the figures that follow from them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/host/proc_stat.h"
#include "core/model/figures.h"
#include "core/model/run_flag.h"
#include "core/model/spec.h"
#include "core/perf/perf_stat.h"

namespace copybench {

// perf switches its counters on and off one by one, for each thread of the engine. All of them counted for the shortest
// time, and none for more than the longest.
struct CountingWindow {
  Nanoseconds shortest{};
  Nanoseconds longest{};
  Nanoseconds middle() const { return (shortest + longest) / 2; }
};

// Reports as the children made them. engine.cpp and load.cpp define their keys.
struct Measurement {
  Configuration configuration;
  Json engine_opened;
  Json engine_closed;
  Json engine_result;
  Json load_opened;
  Json load_closed;
  Json load_result;
  CpuTimes machine_cpu;        // over machine_window
  Nanoseconds machine_window{};
  std::vector<CounterReading> counters;
  CountingWindow counting;
};

// A machine that is full of threads answers late, so the four windows (client, server, machine, perf) are never quite the
// same interval. Each figure per byte is therefore a rate over its own window, divided by the rate of its bytes.
//
// An error means that the run contradicts itself. Such a run is failed, not reported.
Result<RunFigures> figures_of(const Measurement& measurement);

// CPU time of the two processes within the window, by the children's own clocks.
struct UsedCpu {
  Nanoseconds engine{};
  Nanoseconds load{};
};
UsedCpu used_in_window(const Measurement& measurement);

// Set if a rate was requested and missed by 1 % or more.
std::optional<RunFlag> rate_flag(const std::optional<double>& messages_per_s, const RunFigures& figures);

// Set if the server's rate over its window and the client's over its own differ by 5 % or more, and by more than one
// message for each connection.
std::optional<RunFlag> edges_flag(const Measurement& measurement);

// Set if clients without the run's token came to the engine's port within the window.
std::optional<RunFlag> rejected_clients_flag(const Measurement& measurement);

// Removes the values and gives the reason, if the interval of perf's counting is not known to within 5 %, or does not match
// the client's window to within 5 %: a count over another interval is not this window's.
void withhold_uncertain(std::vector<CounterReading>& counters, const CountingWindow& counting, Nanoseconds client_window);

}  // namespace copybench
