#include "core/model/order.h"

#include <algorithm>
#include <utility>

#include "core/model/events.h"
#include "core/model/figures.h"
#include "core/stats/shuffle.h"

namespace copybench {
namespace {

// Figures from perf's counters: a machine may not have them, or they may not have been requested.
bool may_be_without(const std::string& metric) {
  return metric == "cycles_per_byte" ||
         std::ranges::any_of(counter_columns(), [&](const CounterColumn& counter) { return counter.column == metric; });
}

std::vector<PlannedRun> measured_runs(const ExperimentSpec& spec) {
  if (spec.crossover) {
    std::vector<PairsOfSize> wanted;
    for (const uint64_t size : spec.field_sizes) wanted.push_back({size, 1, kFirstLook});
    return pairs_in_order(spec, std::move(wanted), 0);
  }
  const std::vector<Configuration> configurations = configurations_of(spec);
  std::vector<PlannedRun> runs;
  runs.reserve(configurations.size() * spec.repetitions);
  if (spec.order == Order::sequential) {
    for (const Configuration& configuration : configurations) {
      for (uint32_t repetition = 1; repetition <= spec.repetitions; ++repetition) {
        runs.push_back({configuration, repetition});
      }
    }
    return runs;
  }
  std::mt19937_64 random(spec.seed);
  for (uint32_t repetition = 1; repetition <= spec.repetitions; ++repetition) {
    std::vector<Configuration> round = configurations;
    shuffle(round, random);
    for (const Configuration& configuration : round) runs.push_back({configuration, repetition});
  }
  return runs;
}

}  // namespace

std::vector<Configuration> configurations_of(const ExperimentSpec& spec) {
  std::vector<Configuration> configurations;
  configurations.reserve(spec.engines.size() * spec.field_sizes.size() * spec.threads.size());
  for (const EngineMode engine : spec.engines) {
    for (const uint64_t field_bytes : spec.field_sizes) {
      for (const uint32_t threads : spec.threads) configurations.push_back({engine, field_bytes, threads});
    }
  }
  return configurations;
}

std::vector<PlannedRun> runs_in_order(const ExperimentSpec& spec) {
  std::vector<PlannedRun> runs = measured_runs(spec);
  if (spec.profile) {
    for (const Configuration& configuration : configurations_of(spec)) runs.push_back({configuration, 1, RunKind::profile});
  }
  return runs;
}

void order_round(std::vector<Configuration>& configurations, const ExperimentSpec& spec, uint64_t round) {
  if (spec.order == Order::sequential) return;
  std::mt19937_64 random = round_random(spec.seed, round);
  shuffle(configurations, random);
}

std::vector<PlannedRun> pairs_in_order(const ExperimentSpec& spec, std::vector<PairsOfSize> wanted, int64_t ended) {
  std::mt19937_64 random = round_random(spec.seed, static_cast<uint64_t>(ended));
  std::vector<PlannedRun> runs;
  for (int64_t round = 0; !wanted.empty(); ++round) {
    std::erase_if(wanted, [&](const PairsOfSize& one) { return round >= one.pairs; });
    if (spec.order == Order::shuffled) shuffle(wanted, random);
    for (const PairsOfSize& one : wanted) {
      const auto repetition = static_cast<uint32_t>(one.first + round);
      std::vector<EngineMode> engines = spec.engines;
      if (spec.order == Order::shuffled) shuffle(engines, random);
      for (const EngineMode engine : engines) runs.push_back({{engine, one.field_bytes, spec.threads.front()}, repetition});
      if (ended == 0 && may_be_without(spec.crossover->metric)) return runs;
    }
  }
  return runs;
}

}  // namespace copybench
