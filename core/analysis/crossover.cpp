#include "core/analysis/crossover.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/model/order.h"

namespace copybench {
namespace {

constexpr std::array<int64_t, 5> kLooks{kFirstLook, 8, 12, 18, kMaxPairs};
const double kResolution = std::pow(2.0, 0.25);

// The geometric middle; none if no such size lies strictly between.
std::optional<uint64_t> middle(uint64_t low, uint64_t high) {
  const double exact = std::sqrt(static_cast<double>(low) * static_cast<double>(high));
  const auto size = static_cast<uint64_t>(std::lround(exact / kSizeGranule)) * kSizeGranule;
  if (size <= low || size >= high) return std::nullopt;
  return size;
}

double ratio_of(uint64_t low, uint64_t high) { return static_cast<double>(high) / static_cast<double>(low); }

// One size's pairs in the order of their repetitions: above 0 if the first engine is better; none for a failed pair.
using Advantages = std::vector<std::optional<double>>;

// A completed run without the figure, of an engine that has no completed run with it.
std::optional<RunId> without_figure(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  const FigureColumn& metric = *find_figure(spec.crossover->metric);
  for (const EngineMode engine : spec.engines) {
    std::optional<RunId> without;
    bool there = false;
    for (const SummaryInput& run : ended) {
      if (run.planned.configuration.engine != engine || run.state != RunState::completed) continue;
      there = there || value_of(run.figures, metric);
      without = run.id;
    }
    if (without && !there) return without;
  }
  return std::nullopt;
}

std::map<uint64_t, Advantages> advantages_of(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  const FigureColumn& metric = *find_figure(spec.crossover->metric);
  const double sign = metric.better == Better::higher ? 1 : -1;
  std::map<uint64_t, std::map<uint32_t, std::map<EngineMode, std::optional<double>>>> runs;
  for (const SummaryInput& run : ended) {
    const Configuration& configuration = run.planned.configuration;
    // A damaged row may have another engine.
    if (run.state == RunState::cancelled || std::ranges::count(spec.engines, configuration.engine) == 0) continue;
    auto& value = runs[configuration.field_bytes][run.planned.repetition][configuration.engine];
    if (run.state == RunState::completed) value = value_of(run.figures, metric);
  }
  std::map<uint64_t, Advantages> advantages;
  for (const auto& [size, repetitions] : runs) {
    for (const auto& [repetition, engines] : repetitions) {
      if (engines.size() < 2) continue;  // the other run of the pair is still to come
      const auto first = engines.at(spec.engines[0]);
      const auto second = engines.at(spec.engines[1]);
      const bool whole = first && second && *first > 0 && *second > 0;
      advantages[size].push_back(whole ? std::optional(sign * std::log(*first / *second)) : std::nullopt);
    }
  }
  return advantages;
}

// The p-value of "neither is better". If all values are equal, it is 1 or 0.
double p_of(std::span<const double> advantages) {
  const double mean = mean_of(advantages);
  const auto n = static_cast<double>(advantages.size());
  const double error = std::sqrt(variance_of(advantages, mean) / n);
  if (!(error > 0)) return mean == 0 ? 1 : 0;
  return student_t_two_sided(mean / error, n - 1);
}

SizeResult judge(const ExperimentSpec& spec, uint64_t size, const Advantages& pairs, double looks_and_sizes) {
  SizeResult result;
  result.field_bytes = size;
  std::vector<double> values;
  int64_t failures_in_a_row = 0;
  for (const auto& advantage : pairs) {
    if (advantage) values.push_back(*advantage);
    failures_in_a_row = advantage ? 0 : failures_in_a_row + 1;
  }
  result.pairs = static_cast<int64_t>(values.size());
  result.failed_pairs = static_cast<int64_t>(pairs.size()) - result.pairs;

  double mean = 0;
  for (const int64_t look : kLooks) {
    if (look > result.pairs) break;
    const auto seen = std::span(values).first(static_cast<size_t>(look));
    mean = mean_of(seen);
    result.p = std::min(1.0, p_of(seen) * looks_and_sizes);
    if (*result.p <= 1 - kCrossoverConfidence) {
      result.verdict = SizeVerdict::better;
      result.better = spec.engines[mean > 0 ? 0 : 1];
      break;
    }
  }
  if (!values.empty()) {
    const double sign = find_figure(spec.crossover->metric)->better == Better::higher ? 1 : -1;
    result.ratio = std::exp(sign * mean_of(values));
    if (auto interval = mean_interval(values, 0.95)) {
      const auto [low, high] = std::minmax({std::exp(sign * interval->low), std::exp(sign * interval->high)});
      result.ci95 = Interval{low, high, interval->coverage, "Student's t of the pairs' log ratios"};
    }
  }
  if (result.verdict == SizeVerdict::better) return result;
  if (failures_in_a_row >= kPairFailuresToGiveUp) {
    result.verdict = SizeVerdict::not_measured;
  } else if (std::cmp_greater_equal(pairs.size(), kMaxPairs)) {
    result.verdict = result.pairs >= kLooks.front() ? SizeVerdict::no_difference : SizeVerdict::not_measured;
  }
  return result;
}

// Two sizes with different winners and no winner between them, as indices into the path.
struct Bracket {
  size_t low;
  size_t high;
};

std::vector<Bracket> brackets_of(const std::vector<SizeResult>& path) {
  std::vector<Bracket> brackets;
  std::optional<size_t> last;
  for (size_t i = 0; i < path.size(); ++i) {
    if (!path[i].better) continue;
    if (last && path[*last].better != path[i].better) brackets.push_back({*last, i});
    last = i;
  }
  return brackets;
}

// The advantage of the first engine as a log ratio.
double advantage_of(const ExperimentSpec& spec, const SizeResult& size) {
  const double log_ratio = std::log(size.ratio.value_or(1));
  return find_figure(spec.crossover->metric)->better == Better::higher ? log_ratio : -log_ratio;
}

Crossing crossing_of(const ExperimentSpec& spec, const std::vector<SizeResult>& path, const Bracket& bracket) {
  const SizeResult& low = path[bracket.low];
  const SizeResult& high = path[bracket.high];
  Crossing crossing{*low.better, *high.better, low.field_bytes, high.field_bytes, 0};
  const SizeResult* before = &low;
  for (size_t i = bracket.low + 1; i <= bracket.high; ++i) {
    const SizeResult& after = path[i];
    if (!after.ratio) continue;
    const double from = advantage_of(spec, *before);
    const double to = advantage_of(spec, after);
    if ((from > 0) != (to > 0)) {
      const double share = from / (from - to);
      crossing.size = std::exp(std::lerp(std::log(static_cast<double>(before->field_bytes)),
                                         std::log(static_cast<double>(after.field_bytes)), share));
      return crossing;
    }
    before = &after;
  }
  crossing.size = std::sqrt(static_cast<double>(crossing.low) * static_cast<double>(crossing.high));
  return crossing;
}

// A further size that would narrow the bracket: in the wider of the gaps beside its undecided sizes.
std::optional<uint64_t> refinement_of(const std::vector<SizeResult>& path, const Bracket& bracket) {
  std::vector<std::pair<uint64_t, uint64_t>> gaps{{path[bracket.low].field_bytes, path[bracket.low + 1].field_bytes},
                                                  {path[bracket.high - 1].field_bytes, path[bracket.high].field_bytes}};
  std::ranges::sort(gaps, std::greater{}, [](const auto& gap) { return ratio_of(gap.first, gap.second); });
  for (const auto& [low, high] : gaps) {
    if (ratio_of(low, high) <= kResolution) continue;
    if (const auto size = middle(low, high)) return size;
  }
  return std::nullopt;
}

bool is_open(const SizeResult& size) { return size.verdict == SizeVerdict::measuring; }

int64_t attempts(const SizeResult& size) { return size.pairs + size.failed_pairs; }

// Further sizes to measure; none while any is being measured.
std::vector<uint64_t> refinements_of(const ExperimentSpec& spec, const std::vector<SizeResult>& path) {
  std::vector<uint64_t> sizes;
  if (std::ranges::any_of(path, is_open)) return sizes;
  auto left = kMaxRefinements + std::ssize(spec.field_sizes) - std::ssize(path);
  for (const Bracket& bracket : brackets_of(path)) {
    if (left <= 0) break;
    const auto size = refinement_of(path, bracket);
    if (!size) continue;
    sizes.push_back(*size);
    --left;
  }
  return sizes;
}

CrossoverState state_of(const ExperimentSpec& spec, const CrossoverResult& result) {
  if (std::ranges::any_of(result.path, is_open) || !refinements_of(spec, result.path).empty()) {
    return CrossoverState::searching;
  }
  if (result.crossings.size() == 1) return CrossoverState::found;
  if (result.crossings.size() > 1) return CrossoverState::several;
  const bool decided = std::ranges::all_of(result.path, [](const SizeResult& size) { return size.better.has_value(); });
  return decided ? CrossoverState::none : CrossoverState::undecided;
}

}  // namespace

CrossoverResult find_crossover(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended) {
  auto advantages = advantages_of(spec, ended);
  for (const uint64_t size : spec.field_sizes) advantages[size];
  const auto tests = static_cast<double>(kLooks.size() * (spec.field_sizes.size() + size_t{kMaxRefinements}));
  CrossoverResult result;
  result.without_figure = without_figure(spec, ended);
  for (const auto& [size, pairs] : advantages) {
    result.path.push_back(judge(spec, size, pairs, tests));
    if (result.without_figure) result.path.back().verdict = SizeVerdict::not_measured;
  }
  for (const Bracket& bracket : brackets_of(result.path)) {
    result.crossings.push_back(crossing_of(spec, result.path, bracket));
  }
  result.state = state_of(spec, result);
  return result;
}

std::vector<PlannedRun> next_pairs(const ExperimentSpec& spec, const CrossoverResult& found) {
  std::vector<PairsOfSize> wanted;
  int64_t all_attempts = 0;
  for (const SizeResult& size : found.path) {
    all_attempts += attempts(size);
    if (!is_open(size)) continue;
    const int64_t look = *std::ranges::upper_bound(kLooks, size.pairs);
    wanted.push_back({size.field_bytes, attempts(size) + 1, std::min(look - size.pairs, kMaxPairs - attempts(size))});
  }
  for (const uint64_t size : refinements_of(spec, found.path)) wanted.push_back({size, 1, kFirstLook});
  return pairs_in_order(spec, std::move(wanted), all_attempts);
}

int64_t crossover_runs_at_most(const ExperimentSpec& spec, const CrossoverResult& found) {
  int64_t pairs = 0;
  for (const SizeResult& size : found.path) pairs += is_open(size) ? kMaxPairs : attempts(size);
  if (found.state == CrossoverState::searching) {
    pairs += kMaxPairs * (kMaxRefinements + std::ssize(spec.field_sizes) - std::ssize(found.path));
  }
  return 2 * pairs;
}

}  // namespace copybench
