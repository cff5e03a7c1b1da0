#include "core/model/order.h"

#include "core/model/crossover.h"
#include "core/model/shuffle.h"

namespace copybench {
namespace {

std::vector<PlannedRun> measured_runs(const ExperimentSpec& spec) {
  if (spec.crossover) return next_pairs(spec, find_crossover(spec, {}));
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

}  // namespace copybench
