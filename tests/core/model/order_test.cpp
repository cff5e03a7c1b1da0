#include "core/model/order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace copybench;

namespace {

ExperimentSpec small_sweep(Order order, uint64_t seed) {
  ExperimentSpec spec;
  spec.engines = {EngineMode::two_copy, EngineMode::zero_copy};
  spec.field_sizes = {4096, 512};
  spec.threads = {2, 1};
  spec.repetitions = 3;
  spec.order = order;
  spec.seed = seed;
  return spec;
}

}  // namespace

TEST_CASE("sequential: configuration by configuration as listed, its repetitions one after another") {
  const auto runs = runs_in_order(small_sweep(Order::sequential, 1));
  REQUIRE(runs.size() == 24);
  CHECK(runs[0] == PlannedRun{{EngineMode::two_copy, 4096, 2}, 1});
  CHECK(runs[1] == PlannedRun{{EngineMode::two_copy, 4096, 2}, 2});
  CHECK(runs[3] == PlannedRun{{EngineMode::two_copy, 4096, 1}, 1});
  CHECK(runs[6] == PlannedRun{{EngineMode::two_copy, 512, 2}, 1});
  CHECK(runs[23] == PlannedRun{{EngineMode::zero_copy, 512, 1}, 3});
}

TEST_CASE("shuffled: every repetition is a round over all configurations") {
  const ExperimentSpec spec = small_sweep(Order::shuffled, 7);
  const auto runs = runs_in_order(spec);
  REQUIRE(runs.size() == 24);
  const size_t round_size = configurations_of(spec).size();
  for (size_t round = 0; round < 3; ++round) {
    std::set<Configuration> cells;
    for (size_t i = 0; i < round_size; ++i) {
      CHECK(runs[round * round_size + i].repetition == round + 1);
      cells.insert(runs[round * round_size + i].configuration);
    }
    CHECK(cells.size() == round_size);
  }
}

TEST_CASE("profiles come last, one of each configuration") {
  ExperimentSpec spec = small_sweep(Order::shuffled, 7);
  const auto without = runs_in_order(spec);
  spec.profile = true;
  const auto runs = runs_in_order(spec);
  const auto cells = configurations_of(spec);
  REQUIRE(runs.size() == without.size() + cells.size());
  CHECK(std::equal(without.begin(), without.end(), runs.begin()));
  for (size_t i = 0; i < cells.size(); ++i) CHECK(runs[without.size() + i] == PlannedRun{cells[i], 1, RunKind::profile});
}

TEST_CASE("one seed gives one order, another seed another") {
  CHECK(runs_in_order(small_sweep(Order::shuffled, 7)) == runs_in_order(small_sweep(Order::shuffled, 7)));
  CHECK(runs_in_order(small_sweep(Order::shuffled, 7)) != runs_in_order(small_sweep(Order::shuffled, 8)));
}

TEST_CASE("a recorded seed keeps its order in every later version") {
  ExperimentSpec spec;
  spec.engines = {EngineMode::two_copy};
  spec.field_sizes = {64, 128, 256, 512, 1024};
  spec.threads = {1};
  spec.repetitions = 2;
  spec.seed = 2026;
  std::vector<uint64_t> sizes;
  for (const PlannedRun& run : runs_in_order(spec)) sizes.push_back(run.configuration.field_bytes);
  CHECK(sizes == std::vector<uint64_t>{1024, 256, 512, 64, 128, 256, 512, 64, 128, 1024});
}

TEST_CASE("further rounds have an order of their own, the same each time") {
  const ExperimentSpec spec = small_sweep(Order::shuffled, 7);
  const auto listed = configurations_of(spec);
  auto sixth = listed, again = listed, seventh = listed;
  order_round(sixth, spec, 6);
  order_round(again, spec, 6);
  order_round(seventh, spec, 7);
  CHECK(sixth == again);
  CHECK(sixth != seventh);
  CHECK(std::is_permutation(sixth.begin(), sixth.end(), listed.begin(), listed.end()));
  order_round(sixth, small_sweep(Order::sequential, 7), 6);
  CHECK(sixth == again);
}

TEST_CASE("every position is equally likely") {
  ExperimentSpec spec;
  spec.engines = {EngineMode::two_copy};
  spec.field_sizes = {1, 2, 3};
  spec.threads = {1};
  constexpr int kSeeds = 6000;
  int first[4] = {};
  for (int seed = 0; seed < kSeeds; ++seed) {
    spec.seed = static_cast<uint64_t>(seed);
    ++first[runs_in_order(spec)[0].configuration.field_bytes];
  }
  for (int size = 1; size <= 3; ++size) CHECK(std::abs(first[size] - kSeeds / 3) < kSeeds / 20);
}
