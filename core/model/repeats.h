// `repetitions` as {"until_ci_pct", "min", "max"}: how far each configuration is. Pure.
//
// The interval is that of the median throughput (statistics.h), since the median is what is compared, and one run gone
// astray does not widen it for good. It is looked at again and again, and what is narrow by chance ends the looking: in
// simulations of 2 % with at most 30 runs it covers 94 % where runs spread by 1 %, 92 % where they spread by 2 %, and of
// the few that get there at all where they spread by 3 %, 78 %. So the cap should leave room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/names.h"
#include "core/model/spec.h"
#include "core/model/records.h"

namespace copybench {

// So many failures in a row, and a configuration gets no further runs.
constexpr int64_t kFailuresToGiveUp = 3;

struct Repeats {
  RepeatState state = RepeatState::running;
  int64_t runs = 0;                    // that ended: completed, failed or timed out
  std::optional<double> interval_pct;  // width in percent of the median; none while too few runs completed
};

// Of one configuration's runs in the order of their ends.
Repeats repeats_of(const ExperimentSpec& spec, const std::vector<const SummaryInput*>& ended);

}  // namespace copybench
