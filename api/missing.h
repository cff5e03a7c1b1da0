// Why a run has no value for a figure, and why nothing of perf. Pure.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/model/records.h"

namespace copybench {

// An object: column -> reason, for every figure of the run that is empty and for no other. The reasons of perf's
// counters are perf's own, from the readings in evidence["counters"].
Json missing_reasons(const RunRecord& run, const Json& evidence);

// Of a run without perf's text: what stood in perf's way, or that the run never came to it.
std::string no_perf_reason(const RunRecord& run);

}  // namespace copybench
