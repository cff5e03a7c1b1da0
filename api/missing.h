// Why a run has no value for a figure. Pure.
#pragma once

#include "core/base/json.h"
#include "core/model/records.h"

namespace copybench {

// An object: column -> reason, for every figure of the run that is empty and for no other. The reasons of perf's
// counters are perf's own, from the readings in evidence["counters"].
Json missing_reasons(const RunRecord& run, const Json& evidence);

}  // namespace copybench
