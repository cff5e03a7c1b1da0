// The progress of each configuration if `repetitions` is {"until_ci_pct", "min", "max"}. Pure.
//
// The interval is that of the median throughput (statistics.h), because the median is compared, and one outlying run does
// not widen it for good. It is computed again after each run, and an interval that is narrow by chance ends the
// repetitions. In simulations of 2 % with at most 30 runs it covers 94 % if runs spread by 1 %, 92 % if they spread by 2 %,
// and 78 % of the few that get there at all if they spread by 3 %. So the cap should leave room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/names.h"
#include "core/model/records.h"
#include "core/model/spec.h"

namespace copybench {

// After this many failures in a row a configuration gets no further runs.
constexpr int64_t kFailuresToGiveUp = 3;

struct Repeats {
  RepeatState state = RepeatState::running;
  int64_t runs = 0;                    // that ended: completed, failed or timed out
  std::optional<double> interval_pct;  // width in percent of the median; none while too few runs completed
};

// `ended`: the runs of one configuration, in the order of their ends.
Repeats repeats_of(const ExperimentSpec& spec, const std::vector<const SummaryInput*>& ended);

}  // namespace copybench
