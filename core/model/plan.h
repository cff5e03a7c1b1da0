// Converts a request into a plan: validates every field, fills in presets and defaults, expands the sweep and orders its
// runs.
// Pure: the same request, machine and seed give the same plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/annotations.h"
#include "core/model/limits.h"
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

const std::vector<std::string>& preset_names();
const std::vector<std::string>& default_events();

// Returns every error found, not only the first.
tl::expected<Plan, std::vector<FieldError>> make_plan(const ExperimentRequest& request, const PlanContext& context);

// The time that one run takes beside its warm-up and window: set-up, verification, drain, tear-down, calibration.
constexpr Nanoseconds kRunOverhead = std::chrono::milliseconds{300};
Nanoseconds estimated_run_duration(const ExperimentSpec& spec);

}  // namespace copybench
