// The order in which the runs of an experiment are measured.
#pragma once

#include <cstdint>
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

// A search measures its two engines in pairs. The pairs that it needs at one size: repetitions first to first + pairs - 1.
struct PairsOfSize {
  uint64_t field_bytes = 0;
  int64_t first = 1;
  int64_t pairs = 0;
};

constexpr int64_t kFirstLook = 5;  // pairs at a size, before its first test (crossover.h)

// Orders the runs of these pairs in rounds, drawn from the seed and from how many pairs have ended. If none has, and the
// figure is a counter's, which a machine may lack, there is one pair only.
std::vector<PlannedRun> pairs_in_order(const ExperimentSpec& spec, std::vector<PairsOfSize> wanted, int64_t ended);

}  // namespace copybench
