#include "core/model/order.h"

#include <random>
#include <utility>

namespace copybench {
namespace {

// std::uniform_int_distribution and std::shuffle differ between standard libraries; mt19937_64 itself does not.
uint64_t draw_below(uint64_t bound, std::mt19937_64& random) {
  const uint64_t last_accepted = UINT64_MAX - (UINT64_MAX % bound + 1) % bound;  // ends a whole multiple of bound
  uint64_t drawn = random();
  while (drawn > last_accepted) drawn = random();
  return drawn % bound;
}

void shuffle(std::vector<Configuration>& configurations, std::mt19937_64& random) {
  for (size_t left = configurations.size(); left > 1; --left) {
    std::swap(configurations[left - 1], configurations[draw_below(left, random)]);
  }
}

std::vector<PlannedRun> measured_runs(const ExperimentSpec& spec) {
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
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;  // so that neighbouring rounds have seeds far apart
  std::mt19937_64 random(spec.seed + kGolden * round);
  shuffle(configurations, random);
}

}  // namespace copybench
