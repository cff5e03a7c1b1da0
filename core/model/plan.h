// Converts a request into a plan: validates every field, fills in presets and defaults, expands the sweep and orders its
// runs.
// Pure: the same request, machine and seed give the same plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/annotations.h"
#include "core/model/request.h"
#include "core/model/spec.h"

namespace copybench {

struct Plan {
  ExperimentSpec spec;
  Annotations annotations;
  std::vector<PlannedRun> runs;  // in the order of measurement; only the first ones if more may follow from results
};

// The inputs of a plan that come from the machine and the moment.
struct PlanContext {
  std::vector<int> allowed_cpus;  // ascending, not empty
  uint64_t fresh_seed = 0;        // used if the request names none
};

struct Limits {
  static constexpr int64_t kMinFieldBytes = 64;
  static constexpr int64_t kMaxFieldBytes = 4 << 20;
  static constexpr int64_t kMaxThreads = 256;
  static constexpr double kMinDurationS = 0.1;
  static constexpr double kMaxDurationS = 3600;
  static constexpr double kMaxWarmupS = 60;
  static constexpr int64_t kMaxRepetitions = 100;
  static constexpr double kMinCiPct = 0.01;
  static constexpr double kMaxCiPct = 100;
  static constexpr size_t kMaxRuns = 10'000;
  static constexpr size_t kMaxEvents = 32;
  static constexpr int64_t kMaxSeed = (int64_t{1} << 53) - 1;
  static constexpr double kMinMessagesPerS = 1;
  static constexpr double kMaxMessagesPerS = 1'000'000;
  static constexpr int64_t kMinSocketBufferBytes = 4096;
  static constexpr int64_t kMaxSocketBufferBytes = 1 << 30;
};

const std::vector<std::string>& preset_names();
const std::vector<std::string>& default_events();

// Returns every error found, not only the first.
tl::expected<Plan, std::vector<FieldError>> make_plan(const ExperimentRequest& request, const PlanContext& context);

// The time that one run takes beside its warm-up and window: set-up, verification, drain, tear-down, calibration.
constexpr Nanoseconds kRunOverhead = std::chrono::milliseconds{300};
Nanoseconds estimated_run_duration(const ExperimentSpec& spec);

}  // namespace copybench
