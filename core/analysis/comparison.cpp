#include "core/analysis/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/stats/rank_tests.h"
#include "core/stats/statistics.h"

namespace copybench {
namespace {

constexpr int64_t kMostNeeded = 1000;
constexpr std::array<std::string_view, 6> kVerdicts{"faster", "slower", "no_significant_difference", "too_few_repetitions",
                                                    "not_measured", "cannot_tell"};

bool has_logarithm(double value) { return std::isfinite(value) && value > 0; }

ValueSets fit_for_logarithms(const ValueSets& sets) {
  ValueSets fit;
  fit.paired = sets.paired;
  if (sets.paired) {
    for (size_t i = 0; i < std::min(sets.base.size(), sets.head.size()); ++i) {
      if (!has_logarithm(sets.base[i]) || !has_logarithm(sets.head[i])) continue;
      fit.base.push_back(sets.base[i]);
      fit.head.push_back(sets.head[i]);
    }
    return fit;
  }
  std::copy_if(sets.base.begin(), sets.base.end(), std::back_inserter(fit.base), has_logarithm);
  std::copy_if(sets.head.begin(), sets.head.end(), std::back_inserter(fit.head), has_logarithm);
  return fit;
}

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return median_of(values);
}

std::vector<double> logarithms(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

std::optional<double> exponential(const std::optional<double>& value) {
  return value ? std::optional(std::exp(*value)) : std::nullopt;
}

Comparison measure(const ValueSets& sets) {
  Comparison comparison;
  comparison.n_base = static_cast<int64_t>(sets.base.size());
  comparison.n_head = static_cast<int64_t>(sets.head.size());
  comparison.base_median = median(sets.base);
  comparison.head_median = median(sets.head);
  if (sets.base.empty() || sets.head.empty()) return comparison;

  const std::vector<double> base = logarithms(sets.base);
  const std::vector<double> head = logarithms(sets.head);
  std::optional<Shift> shift;
  if (sets.paired) {
    std::vector<double> differences;
    for (size_t i = 0; i < base.size(); ++i) differences.push_back(head[i] - base[i]);
    shift = shift_of(differences);
    comparison.p = signed_rank_p(differences);
  } else {
    shift = shift_between(base, head);
    comparison.p = mann_whitney_p(base, head);
  }
  comparison.ratio = Ratio{std::exp(shift->estimate), exponential(shift->low), exponential(shift->high)};
  return comparison;
}

double least_p(bool paired, size_t base, size_t head) {
  return paired ? signed_rank_least_p(base) : mann_whitney_least_p(base, head);
}

// Whether a comparison would be significant if it had another p and all others kept theirs. Equals benjamini_hochberg(),
// without sorting thousands of p again for each of them.
class IfCorrected {
 public:
  explicit IfCorrected(std::vector<double> all) : sorted_(std::move(all)) { std::sort(sorted_.begin(), sorted_.end()); }

  // own: the p of the comparison, one of those given to the constructor.
  bool significant(double own, double p) {
    if (p <= carried_up_to(own)) return true;
    const auto not_above = std::upper_bound(sorted_.begin(), sorted_.end(), p) - sorted_.begin();
    const auto rank = static_cast<double>(not_above + (own <= p ? 0 : 1));
    return p * static_cast<double>(sorted_.size()) / rank <= kSignificance;
  }

 private:
  // The greatest p among the others that is significant if this comparison's p is below it. Then this one is significant
  // too. -1: none.
  double carried_up_to(double own) {
    const auto known = carried_.find(own);
    if (known != carried_.end()) return known->second;
    const auto itself = static_cast<size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), own) - sorted_.begin());
    double greatest = -1;
    for (size_t i = 0; i < sorted_.size(); ++i) {
      if (i == itself) continue;
      const size_t rank = i < itself ? i + 2 : i + 1;
      if (sorted_[i] * static_cast<double>(sorted_.size()) / static_cast<double>(rank) <= kSignificance) greatest = sorted_[i];
    }
    carried_[own] = greatest;
    return greatest;
  }

  std::vector<double> sorted_;
  std::map<double, double> carried_;
};

// The number of values that each set would need, if the existing ones cannot give a significant difference.
std::optional<int64_t> needed_by(const ValueSets& sets, IfCorrected& corrected, double own) {
  if (corrected.significant(own, least_p(sets.paired, sets.base.size(), sets.head.size()))) return std::nullopt;
  auto needed = static_cast<int64_t>(std::min(sets.base.size(), sets.head.size())) + 1;
  while (needed < kMostNeeded) {
    const auto n = static_cast<size_t>(needed);
    if (corrected.significant(own, least_p(sets.paired, n, n))) break;
    ++needed;
  }
  return needed;
}

Verdict verdict_of(const Comparison& comparison, Better better, double min_effect) {
  if (*comparison.corrected_p > kSignificance || !comparison.ratio->low) return Verdict::no_significant_difference;
  const bool above = *comparison.ratio->low > 1 + min_effect;
  const bool below = *comparison.ratio->high < 1 - min_effect;
  if (!above && !below) return Verdict::no_significant_difference;
  return above == (better == Better::higher) ? Verdict::faster : Verdict::slower;
}

}  // namespace

template <>
std::span<const std::string_view> names<Verdict>() { return kVerdicts; }

std::vector<Comparison> compare(const std::vector<ValueSets>& sets, Better better, double min_effect) {
  std::vector<ValueSets> fit;
  std::vector<Comparison> comparisons;
  for (const ValueSets& each : sets) {
    fit.push_back(fit_for_logarithms(each));
    comparisons.push_back(measure(fit.back()));
  }
  std::vector<size_t> tested;
  std::vector<double> p;
  for (size_t i = 0; i < comparisons.size(); ++i) {
    if (!comparisons[i].p) continue;
    tested.push_back(i);
    p.push_back(*comparisons[i].p);
  }
  const std::vector<double> corrected = benjamini_hochberg(p);
  IfCorrected if_corrected(p);
  for (size_t k = 0; k < tested.size(); ++k) {
    Comparison& comparison = comparisons[tested[k]];
    comparison.corrected_p = corrected[k];
    comparison.verdict = verdict_of(comparison, better, min_effect);
    if (comparison.verdict != Verdict::no_significant_difference) continue;
    comparison.needed = needed_by(fit[tested[k]], if_corrected, p[k]);
    if (comparison.needed) comparison.verdict = Verdict::too_few_repetitions;
  }
  return comparisons;
}

}  // namespace copybench
