// What the two children, perf and /proc/stat said about one window, and the figures that follow from it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/host/proc_stat.h"
#include "core/model/figures.h"
#include "core/model/spec.h"
#include "core/perf/perf_stat.h"

namespace copybench {

// Reports as the children made them; their keys are those of engine.cpp and load.cpp.
struct Measurement {
  Configuration configuration;
  Json engine_opened;
  Json engine_closed;
  Json engine_result;
  Json load_result;
  CpuTimes machine_cpu;  // of the window
  std::vector<CounterReading> counters;
};

// An error is a run that contradicts itself: it is failed, not reported.
Result<RunFigures> figures_of(const Measurement& measurement);

}  // namespace copybench
