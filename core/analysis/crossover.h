// find: "crossover": searches for the message size at which the better of two engines changes. Pure.
//
// Both engines are measured in pairs, one right after the other, at sizes in geometric steps. Then the gap between the last
// size at which one engine is better and the first at which the other one is gets a size in its geometric middle, until the
// two are a quarter of an octave apart. The test is Student's t on the mean of the pairs' log ratios.
// A size is tested after 5, 8, 12, 18 and 27 pairs (the looks), and stops at the first look that is significant. So that
// the whole path errs in at most 5 % of searches, each look gets its share of that (Bonferroni over looks and sizes). In
// simulation, two equal engines are called different somewhere in 2 to 4 % of searches, whether their noise is normal,
// heavy-tailed or of two values (tests/core/model/crossover_test.cpp has the first).
// If the figure is a counter's, one pair is measured first: if an engine has no run with the figure, there is nothing to
// search by.
// At the last look "no_difference" says that 27 pairs did not show which engine is better, not that they are equal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/names.h"
#include "core/model/records.h"
#include "core/model/spec.h"
#include "core/stats/statistics.h"

namespace copybench {

constexpr double kCrossoverConfidence = 0.95;  // of all verdicts of a search together
constexpr int64_t kMaxPairs = 27;              // at one size, including failed ones
constexpr int64_t kMaxRefinements = 8;         // sizes beside those of the geometric steps
constexpr int64_t kPairFailuresToGiveUp = 3;   // in a row

struct SizeResult {
  uint64_t field_bytes = 0;
  int64_t pairs = 0;            // of which both runs completed and have the metric
  int64_t failed_pairs = 0;
  std::optional<double> ratio;  // first engine / second, geometric mean over the pairs
  std::optional<Interval> ci95;  // of that ratio, for this size alone
  std::optional<double> p;      // of the last look, corrected for all looks and sizes; it decides the verdict
  SizeVerdict verdict = SizeVerdict::measuring;
  std::optional<EngineMode> better;
};

struct Crossing {
  EngineMode below{};  // the better one up to `low`
  EngineMode above{};  // the better one from `high` on
  uint64_t low = 0;
  uint64_t high = 0;
  double size = 0;  // where the log ratio is 0, interpolated over log size
};

struct CrossoverResult {
  CrossoverState state = CrossoverState::searching;
  std::vector<SizeResult> path;  // ordered by size
  std::vector<Crossing> crossings;
  std::optional<RunId> without_figure;  // a completed run, if no run of its engine has the figure: the search is over
};

// `ended` in the order of their ends.
CrossoverResult find_crossover(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended);

// The runs to make next, after all earlier ones have ended; none: the search is over. If nothing has ended: the first runs.
std::vector<PlannedRun> next_pairs(const ExperimentSpec& spec, const CrossoverResult& found);

// Upper limit for the whole search, by what is known now.
int64_t crossover_runs_at_most(const ExperimentSpec& spec, const CrossoverResult& found);

}  // namespace copybench
