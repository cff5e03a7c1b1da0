// Compares two sets of values of one figure: their ratio, its interval, and a verdict. Pure.
//
// The tests are those of rank_tests.h, on the logarithms, so that a shift is a ratio: Mann and Whitney's for independent
// sets, Wilcoxon's signed ranks for pairs. Benjamini and Hochberg's method corrects p for the number of comparisons.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/figures.h"
#include "core/model/names.h"

namespace copybench {

constexpr double kSignificance = 0.05;
constexpr double kDefaultMinEffect = 0.01;

// The verdict on the head, by the direction of the figure: "faster" is better, "slower" is worse, even for a cost.
enum class Verdict : uint8_t {
  faster,
  slower,
  no_significant_difference,
  too_few_repetitions,  // so few that no difference, however large, could have been significant
  not_measured,         // one of the sets is empty
  cannot_tell,          // most runs of a side are flagged as doubtful; see experiment_comparison.h
};
template <>
std::span<const std::string_view> names<Verdict>();

// Values that are not above 0 have no ratio and are left out; in pairs, both of the pair.
struct ValueSets {
  std::vector<double> base;
  std::vector<double> head;
  bool paired = false;  // base[i] goes with head[i]; both have the same size
};

// head / base: the exponential of the Hodges-Lehmann shift of the logarithms.
struct Ratio {
  double estimate = 1;
  std::optional<double> low;  // 95 %; none with too few values
  std::optional<double> high;
};

struct Comparison {
  int64_t n_base = 0;
  int64_t n_head = 0;
  std::optional<double> base_median;
  std::optional<double> head_median;
  std::optional<Ratio> ratio;
  std::optional<double> p;
  std::optional<double> corrected_p;
  Verdict verdict = Verdict::not_measured;
  std::optional<int64_t> needed;  // too_few_repetitions: values (or pairs) that each set must have at least
};

// One for each of the sets. A difference has a verdict if corrected_p <= kSignificance and the ratio's interval lies wholly
// beyond 1 +- min_effect.
std::vector<Comparison> compare(const std::vector<ValueSets>& sets, Better better, double min_effect);

}  // namespace copybench
