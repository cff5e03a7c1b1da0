#include "core/analysis/adaptive.h"

#include <algorithm>
#include <map>

#include "core/analysis/crossover.h"
#include "core/analysis/crossover_json.h"
#include "core/analysis/repeats.h"
#include "core/model/order.h"

namespace copybench {
namespace {

Json findings_of(const std::map<RepeatState, int64_t>& counts, size_t configurations) {
  const auto of = [&](RepeatState state) {
    const auto found = counts.find(state);
    return found == counts.end() ? int64_t{0} : found->second;
  };
  auto state = RepeatState::interval_reached;
  for (const auto worse : {RepeatState::cap_reached, RepeatState::given_up, RepeatState::running}) {
    if (of(worse) > 0) state = worse;
  }
  return {{"repeats",
           {{"state", name_of(state)},
            {"configurations", configurations},
            {"interval_reached", of(RepeatState::interval_reached)},
            {"cap_reached", of(RepeatState::cap_reached)},
            {"given_up", of(RepeatState::given_up)}}}};
}

Advice advise_repeats(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  std::map<Configuration, std::vector<const SummaryInput*>> runs;
  for (const SummaryInput& run : ended) runs[run.planned.configuration].push_back(&run);
  std::map<RepeatState, int64_t> counts;
  std::vector<Configuration> open;
  Advice advice;
  const std::vector<Configuration> all = configurations_of(spec);
  for (const Configuration& configuration : all) {
    const Repeats repeats = repeats_of(spec, runs[configuration]);
    ++counts[repeats.state];
    advice.runs_at_most += repeats.state == RepeatState::running ? int64_t{spec.until_ci->max}
                                                                 : std::max(repeats.runs, int64_t{spec.repetitions});
    if (repeats.state == RepeatState::running) open.push_back(configuration);
  }
  if (spec.profile) advice.runs_at_most += static_cast<int64_t>(all.size());
  const auto repetition_after = [&](const Configuration& configuration) {
    return static_cast<uint32_t>(runs[configuration].size() + 1);
  };
  if (!open.empty()) {
    const uint32_t round = repetition_after(open.front());
    order_round(open, spec, round);
    for (const Configuration& configuration : open) {
      advice.next.push_back({configuration, repetition_after(configuration)});
    }
  }
  advice.findings = findings_of(counts, all.size());
  return advice;
}

Advice advise_search(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  const CrossoverResult found = find_crossover(spec, ended);
  return {next_pairs(spec, found), crossover_runs_at_most(spec, found), {{"crossover", to_json(spec, found)}}};
}

}  // namespace

Advice advise(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  return spec.crossover ? advise_search(spec, ended) : advise_repeats(spec, ended);
}

}  // namespace copybench
