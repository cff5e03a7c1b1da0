// Which of the events that were asked for perf stat counts in a run, and what it said of each.
#pragma once

#include <string>
#include <vector>

#include "core/perf/capability.h"
#include "core/perf/perf_stat.h"

namespace copybench {

struct EventChoice {
  std::vector<std::string> asked;
  std::vector<EventSupport> events;  // of those asked for; empty where perf was not asked
  // Those that perf starts with: the accepted ones in their order, and task-clock where none of them would give a value, since perf
  // refuses to start without any that does.
  std::vector<std::string> counted;
  std::string not_counted;           // why none is; empty where perf counts
};

// May start perf: never within a window. profiled: the run is one under perf record.
EventChoice choose_events(PerfProbe& perf, const std::vector<std::string>& asked, bool profiled);

// One for each event that was asked for, in its order. Where perf counted, from what it printed; what is not understood of that is a
// reason in the readings that it may have been. Pure.
std::vector<CounterReading> readings_of(const EventChoice& choice, const std::string& perf_output);

}  // namespace copybench
