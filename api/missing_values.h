// Why a run has no value for a figure, and why nothing of perf. Pure.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/model/records.h"

namespace copybench {

// The counts of the events that are no figures: event -> count or null. `counters`: the readings of perf in the evidence.
Json other_counters(const Json& counters);

// An object: column -> reason, for every figure of the run that is empty, event -> reason for every other counter that is,
// and nothing else. The reasons of counters are perf's own, from its readings in `counters`.
Json missing_reasons(const RunRow& run, const Json& counters);

// Of a run without perf's text: what stood in perf's way, or that the run never came to it.
std::string no_perf_reason(const RunRecord& run);

}  // namespace copybench
