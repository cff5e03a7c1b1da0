// Checks whether the times of an experiment and its runs contradict each other. Pure.
//
// The clock of a machine may be set at any moment, forward or back, by any amount. So a run may well seem to begin before its
// experiment was created, or to end after its experiment. Certain is only what one transaction wrote from one reading of the
// clock: the claim of the first run begins the experiment, and the end of the last run ends it.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"

namespace copybench {

// The problem of an experiment or a run that has not ended, or ended before it began. Empty: no contradiction.
std::string time_order_problem(const Json& row);

// The contradiction between an experiment and its runs. The rows must have their types, and each run its place, finished_as.
std::string experiment_times_problem(const Json& experiment, const std::vector<Json>& runs);

}  // namespace copybench
