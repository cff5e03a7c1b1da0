#include "core/stats/rank_tests.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>

#include "core/stats/statistics.h"

namespace copybench {
namespace {

constexpr double kTail = 0.025;                     // of each side of the interval
constexpr double kNormalQuantile = 1.959963984540;  // of 1 - kTail

// Mid-ranks, doubled so that they are whole numbers.
struct Ranks {
  std::vector<size_t> doubled;  // in the order of the values
  double ties = 0;              // the sum of t^3 - t over the groups of t equal values
};

Ranks rank(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  Ranks ranks;
  ranks.doubled.resize(values.size());
  for (size_t from = 0; from < order.size();) {
    size_t to = from + 1;
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    for (size_t i = from; i < to; ++i) ranks.doubled[order[i]] = from + to + 1;
    const auto t = static_cast<double>(to - from);
    ranks.ties += t * t * t - t;
    from = to;
  }
  return ranks;
}

size_t sum_of(std::span<const size_t> numbers) { return std::accumulate(numbers.begin(), numbers.end(), size_t{0}); }

// The number of ways to choose `chosen` of the scores, by their sum. Exact: below 2^53.
std::vector<double> ways_of_choosing(std::span<const size_t> scores, size_t chosen) {
  const size_t sums = sum_of(scores) + 1;
  std::vector<std::vector<double>> ways(chosen + 1, std::vector<double>(sums));
  ways[0][0] = 1;
  for (const size_t score : scores) {
    for (size_t k = chosen; k > 0; --k) {
      for (size_t sum = score; sum < sums; ++sum) ways[k][sum] += ways[k - 1][sum - score];
    }
  }
  return std::move(ways[chosen]);
}

// The same for any number of the scores.
std::vector<double> ways_of_subsets(std::span<const size_t> scores) {
  std::vector<double> ways(sum_of(scores) + 1);
  ways[0] = 1;
  for (const size_t score : scores) {
    for (size_t sum = ways.size() - 1; sum >= score; --sum) ways[sum] += ways[sum - score];
  }
  return ways;
}

double two_sided_p(const std::vector<double>& ways, size_t sum) {
  double below = 0, above = 0, all = 0;
  for (size_t i = 0; i < ways.size(); ++i) {
    all += ways[i];
    if (i <= sum) below += ways[i];
    if (i >= sum) above += ways[i];
  }
  return std::min(1.0, 2 * std::min(below, above) / all);
}

double normal_p(double distance, double deviation, double step) {
  if (deviation <= 0) return 1;
  return std::erfc(std::max(0.0, std::abs(distance) - step / 2) / deviation / std::sqrt(2.0));
}

std::vector<size_t> first_numbers(size_t n) {
  std::vector<size_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), size_t{1});
  return numbers;
}

// How many of the sorted values lie outside the interval at each end: the largest k such that the statistic, without
// ties, is below k with a chance of at most kTail. `ways` begins at the statistic's least value.
size_t outside(std::span<const double> ways) {
  const double all = std::accumulate(ways.begin(), ways.end(), 0.0);
  double below = 0;
  for (size_t k = 0; k < ways.size(); ++k) {
    below += ways[k];
    if (below > kTail * all) return k;
  }
  return 0;
}

size_t outside(double mean, double variance) {
  return static_cast<size_t>(std::max(0.0, std::floor(mean - kNormalQuantile * std::sqrt(variance))));
}

// Maps doubles to whole numbers, in the order of their values and without a gap.
int64_t ordinal_of(double value) {
  const auto bits = std::bit_cast<int64_t>(value);
  return bits >= 0 ? bits : std::numeric_limits<int64_t>::min() - bits;
}
double double_at(int64_t ordinal) {
  return std::bit_cast<double>(ordinal >= 0 ? ordinal : std::numeric_limits<int64_t>::min() - ordinal);
}

// Order statistics of many values that are not stored. Bisects over all doubles: the least double that so many values do
// not exceed is one of the values. It takes 64 counts each, instead of sorting 10^8 values.
struct Candidates {
  std::function<size_t(double)> count_up_to;  // number of values up to this limit
  double least = 0;
  double greatest = 0;
  size_t number = 0;

  // k from 1.
  double at(size_t k) const {
    int64_t low = ordinal_of(least);
    int64_t high = ordinal_of(greatest);
    while (low < high) {
      const int64_t middle = std::midpoint(low, high);  // towards low
      count_up_to(double_at(middle)) >= k ? high = middle : low = middle + 1;
    }
    return double_at(low) + 0.0;  // no -0
  }
};

Shift shift_from(const Candidates& candidates, size_t cut) {
  const size_t n = candidates.number;
  const double upper = candidates.at(n / 2 + 1);
  Shift shift{n % 2 == 1 ? upper : std::midpoint(candidates.at(n / 2), upper), std::nullopt, std::nullopt};
  if (cut > 0) {
    shift.low = candidates.at(cut);
    shift.high = candidates.at(n + 1 - cut);
  }
  return shift;
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> in_order(values.begin(), values.end());
  std::sort(in_order.begin(), in_order.end());
  return in_order;
}

}  // namespace

double mann_whitney_p(std::span<const double> base, std::span<const double> head) {
  if (base.empty() || head.empty()) return 1;
  std::vector<double> all(head.begin(), head.end());
  all.insert(all.end(), base.begin(), base.end());
  const Ranks ranks = rank(all);
  const size_t sum = sum_of(std::span(ranks.doubled).first(head.size()));
  if (all.size() <= kExactValues) return two_sided_p(ways_of_choosing(ranks.doubled, head.size()), sum);
  const auto n = static_cast<double>(base.size());
  const auto m = static_cast<double>(head.size());
  const double variance = n * m / 12 * (n + m + 1 - ranks.ties / ((n + m) * (n + m - 1)));
  return normal_p(static_cast<double>(sum) / 2 - m * (n + m + 1) / 2, std::sqrt(variance), 1);
}

double mann_whitney_least_p(size_t base, size_t head) {
  double ways = 1;
  for (size_t i = 1; i <= head; ++i) ways *= static_cast<double>(base + i) / static_cast<double>(i);
  return std::min(1.0, 2 / ways);
}

std::optional<Shift> shift_between(std::span<const double> base, std::span<const double> head) {
  if (base.empty() || head.empty()) return std::nullopt;
  const size_t all = base.size() + head.size();
  size_t cut = 0;
  if (all <= kExactValues) {
    const size_t least = head.size() * (head.size() + 1) / 2;
    cut = outside(std::span<const double>(ways_of_choosing(first_numbers(all), head.size())).subspan(least));
  } else {
    const double pairs = static_cast<double>(base.size()) * static_cast<double>(head.size());
    cut = outside(pairs / 2, pairs * static_cast<double>(all + 1) / 12);
  }
  const std::vector<double> before = sorted(base);
  const std::vector<double> after = sorted(head);
  Candidates differences;
  differences.number = before.size() * after.size();
  differences.least = after.front() - before.back();
  differences.greatest = after.back() - before.front();
  differences.count_up_to = [&](double limit) {
    size_t count = 0;
    size_t first = 0;  // in `before`, the first value that is large enough; a greater `after` needs a greater one
    for (const double value : after) {
      while (first < before.size() && value - before[first] > limit) ++first;
      if (first == before.size()) break;
      count += before.size() - first;
    }
    return count;
  };
  return shift_from(differences, cut);
}

double signed_rank_p(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (sizes.empty()) return 1;
  const Ranks ranks = rank(sizes);
  size_t sum = 0;
  for (size_t i = 0; i < sizes.size(); ++i) sum += positive[i] ? ranks.doubled[i] : 0;
  if (sizes.size() <= kExactValues) return two_sided_p(ways_of_subsets(ranks.doubled), sum);
  const auto n = static_cast<double>(sizes.size());
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.ties / 48;
  return normal_p(static_cast<double>(sum) / 2 - n * (n + 1) / 4, std::sqrt(variance), 1);
}

double signed_rank_least_p(size_t pairs) { return std::min(1.0, std::ldexp(2.0, -static_cast<int>(pairs))); }

std::optional<Shift> shift_of(std::span<const double> differences) {
  if (differences.empty()) return std::nullopt;
  const size_t n = differences.size();
  size_t cut = 0;
  if (n <= kExactValues) {
    cut = outside(ways_of_subsets(first_numbers(n)));
  } else {
    const auto count = static_cast<double>(n);
    cut = outside(count * (count + 1) / 4, count * (count + 1) * (2 * count + 1) / 24);
  }
  const std::vector<double> in_order = sorted(differences);
  Candidates averages;
  averages.number = n * (n + 1) / 2;
  averages.least = in_order.front();
  averages.greatest = in_order.back();
  averages.count_up_to = [&](double limit) {
    size_t count = 0;
    size_t end = n;  // end of the partners that are small enough: a greater value has fewer of them
    for (size_t i = 0; i < end; ++i) {
      while (end > i && std::midpoint(in_order[i], in_order[end - 1]) > limit) --end;
      count += end - i;
    }
    return count;
  };
  return shift_from(averages, cut);
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] > p[b]; });
  std::vector<double> corrected(p.size());
  double least = 1;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto rank_from_below = static_cast<double>(p.size() - i);
    least = std::min(least, p[order[i]] * static_cast<double>(p.size()) / rank_from_below);
    corrected[order[i]] = least;
  }
  return corrected;
}

}  // namespace copybench
