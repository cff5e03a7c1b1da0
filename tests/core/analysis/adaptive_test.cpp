#include "core/analysis/adaptive.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "core/model/order.h"

using namespace copybench;

namespace {

using enum EngineMode;

ExperimentSpec until(double pct, uint32_t min, uint32_t max) {
  ExperimentSpec spec;
  spec.engines = {two_copy, one_copy, zero_copy};
  spec.field_sizes = {512, 4096};
  spec.threads = {1};
  spec.repetitions = min;
  spec.until_ci = UntilCi{pct, max};
  spec.seed = 7;
  return spec;
}

// Runs the experiment to its end; throughput_of(run) is 0 for a run that fails.
template <typename ThroughputOf>
std::vector<SummaryInput> run_to_end(const ExperimentSpec& spec, const ThroughputOf& throughput_of) {
  std::vector<SummaryInput> ended;
  std::vector<PlannedRun> next = runs_in_order(spec);
  while (!next.empty()) {
    for (const PlannedRun& planned : next) {
      SummaryInput run{static_cast<RunId>(ended.size() + 1), planned, RunState::completed, {}};
      run.figures.throughput_gbps = throughput_of(planned);
      if (*run.figures.throughput_gbps == 0) run = {run.id, planned, RunState::failed, {}};
      ended.push_back(run);
      CHECK(advise(spec, ended).runs_at_most >= static_cast<int64_t>(ended.size()));
    }
    next = advise(spec, ended).next;
    REQUIRE(ended.size() < 1000);
  }
  CHECK(advise(spec, ended).runs_at_most == static_cast<int64_t>(ended.size()));
  return ended;
}

std::map<Configuration, int> count_runs(const std::vector<SummaryInput>& ended) {
  std::map<Configuration, int> runs;
  for (const SummaryInput& run : ended) {
    // Repetitions count on without a gap.
    CHECK(static_cast<int>(run.planned.repetition) == ++runs[run.planned.configuration]);
  }
  return runs;
}

}  // namespace

TEST_CASE("an experiment with a fixed number of repetitions needs no further runs") {
  CHECK_FALSE(is_adaptive(ExperimentSpec{}));
  CHECK(is_adaptive(until(2, 5, 30)));
}

TEST_CASE("before anything has ended, the maximum number of runs is reported") {
  const Advice advice = advise(until(2, 5, 30), {});
  CHECK(advice.runs_at_most == 180);
  CHECK(advice.findings["repeats"]["state"] == "running");
  CHECK(advice.findings["repeats"]["configurations"] == 6);
}

TEST_CASE("each configuration is repeated independently, and the experiment says how it ended") {
  // two_copy is steady, one_copy varies widely, zero_copy always fails.
  const auto spec = until(2, 5, 12);
  const auto ended = run_to_end(spec, [](const PlannedRun& run) {
    const double step = run.repetition % 2;
    if (run.configuration.engine == two_copy) return 10 + 0.001 * step;
    return run.configuration.engine == one_copy ? 10 + step : 0.0;
  });
  for (const auto& [configuration, runs] : count_runs(ended)) {
    const EngineMode engine = configuration.engine;
    CAPTURE(name_of(engine));
    CHECK(runs == (engine == two_copy ? 6 : engine == one_copy ? 12 : 5));
  }
  CHECK(advise(spec, ended).findings["repeats"] == Json{{"state", "given_up"},
                                                        {"configurations", 6},
                                                        {"interval_reached", 2},
                                                        {"cap_reached", 2},
                                                        {"given_up", 2}});
}

TEST_CASE("a further round has every open configuration once, in an order of its own") {
  const auto spec = until(0.01, 5, 12);
  const auto ended = run_to_end(spec, [](const PlannedRun& run) { return 10.0 + run.repetition % 3; });
  std::set<std::vector<Configuration>> orders;
  for (size_t begin = 0; begin < ended.size(); begin += 6) {
    std::vector<Configuration> round;
    for (size_t i = begin; i < begin + 6; ++i) {
      CHECK(ended[i].planned.repetition == begin / 6 + 1);
      round.push_back(ended[i].planned.configuration);
    }
    CHECK(std::set<Configuration>(round.begin(), round.end()).size() == 6);
    orders.insert(round);
  }
  CHECK(orders.size() > 9);
}

TEST_CASE("the same results give the same runs") {
  const auto spec = until(0.01, 5, 12);
  std::vector<SummaryInput> ended;
  for (const PlannedRun& run : runs_in_order(spec)) ended.push_back({0, run, RunState::completed, {}});
  const Advice first = advise(spec, ended);
  CHECK(first.next.size() == 6);
  CHECK(first.next == advise(spec, ended).next);
}
