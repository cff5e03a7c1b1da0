// Rank tests of whether two sets of values differ in location. They assume no distribution of the values, and an outlier
// counts for one rank only. Pure; values must be finite.
//
// p is two-sided: the chance of a difference at least as large if there is none. It is exact up to kExactValues values,
// ties included, by the permutation distribution of the mid-ranks' sum (Streitberg and Röhmel 1986). Above, it is the
// normal approximation with corrections for ties and continuity (Hollander and Wolfe, Nonparametric Statistical Methods).
// Shifts are Hodges and Lehmann's estimate (1963) with the interval that belongs to the same test.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace copybench {

constexpr size_t kExactValues = 50;  // of both sets together, or of the differences

struct Shift {
  double estimate = 0;
  // The interval of at least 95 %; none if there are too few values for one.
  std::optional<double> low;
  std::optional<double> high;
};

// Mann and Whitney (1947), also Wilcoxon's rank sum test: for independent sets. 1 if one of them is empty.
double mann_whitney_p(std::span<const double> base, std::span<const double> head);
// The least p that so many values can give.
double mann_whitney_least_p(size_t base, size_t head);
// head - base: the median of all differences. None if one of the sets is empty.
std::optional<Shift> shift_between(std::span<const double> base, std::span<const double> head);

// Wilcoxon's signed rank test (1945): for the differences of pairs. Differences of 0 are left out.
double signed_rank_p(std::span<const double> differences);
double signed_rank_least_p(size_t pairs);
// The median of the averages of all two (Walsh averages). None without any.
std::optional<Shift> shift_of(std::span<const double> differences);

// Benjamini and Hochberg (1995): p corrected for the number of tests. Among the results at or below 0.05, at most 5 % are
// expected to be false. If nothing differs anywhere, the chance of any such result is 5 %, as with Holm's correction. Holm
// requires a first p of 0.05 / tests, which the exact p of a few repetitions often cannot reach.
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace copybench
