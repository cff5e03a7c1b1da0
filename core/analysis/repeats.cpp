#include "core/analysis/repeats.h"

#include <algorithm>

#include "core/stats/statistics.h"

namespace copybench {
namespace {

std::optional<double> width_pct(std::vector<double> throughputs) {
  if (throughputs.size() < kMedianIntervalNeeds) return std::nullopt;
  std::sort(throughputs.begin(), throughputs.end());
  const double median = median_of(throughputs);
  if (!(median > 0)) return std::nullopt;
  const auto interval = median_interval(throughputs);
  return 100 * (interval->high - interval->low) / median;
}

}  // namespace

Repeats repeats_of(const ExperimentSpec& spec, const std::vector<const SummaryInput*>& ended) {
  Repeats repeats;
  int64_t failures = 0;
  std::vector<double> throughputs;
  for (const SummaryInput* run : ended) {
    if (run->state == RunState::cancelled) continue;
    ++repeats.runs;
    failures = run->state == RunState::completed ? 0 : failures + 1;
    if (run->state == RunState::completed && run->figures.throughput_gbps) {
      throughputs.push_back(*run->figures.throughput_gbps);
    }
  }
  repeats.interval_pct = width_pct(std::move(throughputs));
  const bool reached = repeats.interval_pct && *repeats.interval_pct < spec.until_ci->pct;
  if (reached && repeats.runs >= int64_t{spec.repetitions}) {
    repeats.state = RepeatState::interval_reached;
  } else if (failures >= kFailuresToGiveUp) {
    repeats.state = RepeatState::given_up;
  } else if (repeats.runs >= int64_t{spec.until_ci->max}) {
    repeats.state = RepeatState::cap_reached;
  }
  return repeats;
}

}  // namespace copybench
