// The order in which the runs of an experiment are measured.
#pragma once

#include <vector>

#include "core/model/spec.h"

namespace copybench {

// Every cell of the sweep, engines first, then field sizes, then threads, each as listed.
std::vector<Configuration> configurations_of(const ExperimentSpec& spec);

// Every run of the experiment in order, or the first ones if more follow from results (adaptive.h). Profiles come last, so
// that they do not come between these repetitions. A recorded seed gives the same order with any compiler and on any
// machine.
std::vector<PlannedRun> runs_in_order(const ExperimentSpec& spec);

// Orders the configurations for their `round`th further repetition: drawn from the seed and that number, or unchanged if
// the order is sequential.
void order_round(std::vector<Configuration>& configurations, const ExperimentSpec& spec, uint64_t round);

}  // namespace copybench
