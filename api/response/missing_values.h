// Reasons why a run has no value for a figure, or no output of perf. Pure.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/model/records.h"

namespace copybench {

// Counts of the events that are no figures: event -> count or null. `counters`: perf's readings in the evidence.
Json other_counters(const Json& counters);

// An object: column -> reason for every figure of the run that is empty, and event -> reason for every other counter that is.
// The reasons of counters are perf's own, from `counters`.
Json missing_reasons(const RunRow& run, const Json& counters);

// For a run without perf's text: what prevented perf, or why the run did not get that far.
std::string no_perf_reason(const RunRecord& run);

}  // namespace copybench
