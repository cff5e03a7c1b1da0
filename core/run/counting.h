// Which of the requested events perf stat counts in a run, and the reading of each.
#pragma once

#include <string>
#include <vector>

#include "core/perf/capability.h"
#include "core/perf/perf_stat.h"

namespace copybench {

struct EventChoice {
  std::vector<std::string> asked;
  std::vector<EventSupport> events;  // one for each of `asked`; empty if perf was not queried
  // The events that perf starts with: the accepted ones in their order, and task-clock if none of them would give a value,
  // since perf refuses to start without one that does.
  std::vector<std::string> counted;
  std::string not_counted;           // why nothing is counted; empty if perf counts
};

// May start perf: never call it within a window. profiled: the run is under perf record.
EventChoice choose_events(PerfProbe& perf, const std::vector<std::string>& asked, bool profiled);

// One reading for each requested event, in order. If perf counted, they come from its output. Output that cannot be parsed
// becomes a reason in the readings that it may have been. Pure.
std::vector<CounterReading> readings_of(const EventChoice& choice, const std::string& perf_output);

}  // namespace copybench
