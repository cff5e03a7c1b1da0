#include "core/stats/rank_tests.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

using namespace copybench;
using doctest::Approx;

namespace {

using Values = std::vector<double>;

Values counted(size_t n, double from = 1) {
  Values values;
  for (size_t i = 0; i < n; ++i) values.push_back(from + static_cast<double>(i));
  return values;
}

Values drawn(std::mt19937_64& random, size_t n, double shift = 0) {
  std::normal_distribution<double> normal(shift, 1);
  Values values;
  for (size_t i = 0; i < n; ++i) values.push_back(normal(random));
  return values;
}

// Enumerates every way in which the values could have been dealt.
double enumerated_p(const Values& base, const Values& head) {
  Values all = base;
  all.insert(all.end(), head.begin(), head.end());
  const auto wins = [&](unsigned chosen) {
    double u = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t j = 0; j < all.size(); ++j) {
        if ((chosen >> i & 1) == 0 || (chosen >> j & 1) != 0) continue;
        u += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
      }
    }
    return u;
  };
  const unsigned actual = ((1U << head.size()) - 1) << base.size();
  double below = 0, above = 0, total = 0;
  for (unsigned chosen = 0; chosen < 1U << all.size(); ++chosen) {
    if (static_cast<size_t>(std::popcount(chosen)) != head.size()) continue;
    ++total;
    below += wins(chosen) <= wins(actual);
    above += wins(chosen) >= wins(actual);
  }
  return std::min(1.0, 2 * std::min(below, above) / total);
}

// Two sets without ties with the given U of the second.
std::pair<Values, Values> sets_with_u(size_t n, size_t u) {
  Values base = counted(n, 1000), head = counted(n, 0);
  // A head value above k base values adds k.
  for (size_t i = n; i-- > 0 && u > 0;) {
    const size_t k = std::min(u, n);
    head[i] = 1000 + static_cast<double>(k) - 0.5 + 0.001 * static_cast<double>(i);
    u -= k;
  }
  return {base, head};
}

}  // namespace

TEST_CASE("Mann-Whitney: the example of Hollander and Wolfe (permeability constants, as in R's wilcox.test)") {
  const Values x{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, y{1.15, 0.88, 0.90, 0.74, 1.21};
  CHECK(mann_whitney_p(y, x) == Approx(2 * 0.1272).epsilon(0.001));
  CHECK(mann_whitney_p(x, y) == Approx(mann_whitney_p(y, x)));
  const auto shift = shift_between(y, x);
  REQUIRE(shift);
  CHECK(shift->estimate == Approx(0.305));
}

TEST_CASE("Wilcoxon's signed ranks: the example of Hollander and Wolfe (depression scale, as in R's wilcox.test)") {
  const Values before{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Values after{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  Values differences;
  for (size_t i = 0; i < before.size(); ++i) differences.push_back(before[i] - after[i]);
  CHECK(signed_rank_p(differences) == Approx(0.0390625));
  const auto shift = shift_of(differences);
  REQUIRE(shift);
  CHECK(shift->estimate == Approx(0.46));
  CHECK(*shift->low == Approx(0.01));
  CHECK(*shift->high == Approx(0.786));
}

TEST_CASE("the published critical values of U at 0.05, two-sided") {
  const std::pair<size_t, size_t> table[] = {{4, 0}, {5, 2}, {6, 5}, {7, 8}, {8, 13}, {9, 17}, {10, 23}, {15, 64}, {20, 127}};
  for (const auto& row : table) {
    const auto [n, critical] = row;
    CAPTURE(row.first);
    const auto [base, head] = sets_with_u(n, critical);
    CHECK(mann_whitney_p(base, head) <= 0.05);
    const auto [base_next, head_next] = sets_with_u(n, critical + 1);
    CHECK(mann_whitney_p(base_next, head_next) > 0.05);
  }
}

TEST_CASE("the published critical values of the signed rank sum at 0.05, two-sided") {
  const std::pair<size_t, size_t> table[] = {{6, 0}, {7, 2}, {8, 3}, {9, 5}, {10, 8}, {12, 13}, {15, 25}, {20, 52}, {25, 89}};
  for (const auto& row : table) {
    const auto [n, critical] = row;
    CAPTURE(row.first);
    const auto with_sum = [count = n](size_t sum) {
      Values differences = counted(count);
      for (size_t i = count; i-- > 0;) {
        if (i + 1 > sum) continue;
        differences[i] *= -1;
        sum -= i + 1;
      }
      return differences;
    };
    CHECK(signed_rank_p(with_sum(critical)) <= 0.05);
    CHECK(signed_rank_p(with_sum(critical + 1)) > 0.05);
  }
}

TEST_CASE("the exact p equals that of a full enumeration, with ties and without") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20; ++round) {
    std::uniform_int_distribution<int> value(0, round % 2 == 0 ? 4 : 1000);
    Values base(3 + static_cast<size_t>(round) % 4), head(4);
    for (double& each : base) each = value(random);
    for (double& each : head) each = value(random);
    CHECK(mann_whitney_p(base, head) == Approx(enumerated_p(base, head)));
  }
}

TEST_CASE("the smallest p is that of values that do not overlap") {
  for (size_t n = 1; n <= 12; ++n) {
    CHECK(mann_whitney_p(counted(n), counted(n + 2, 100)) == Approx(mann_whitney_least_p(n, n + 2)));
    CHECK(signed_rank_p(counted(n)) == Approx(signed_rank_least_p(n)));
  }
  CHECK(mann_whitney_least_p(3, 3) == Approx(0.1));
  CHECK(mann_whitney_least_p(4, 4) == Approx(2.0 / 70));
  CHECK(signed_rank_least_p(5) == Approx(0.0625));
  CHECK(signed_rank_least_p(6) == Approx(0.03125));
}

TEST_CASE("equal values have no difference") {
  CHECK(mann_whitney_p({}, Values{1, 2}) == 1);
  CHECK(mann_whitney_p(Values{2, 2, 2}, Values{2, 2, 2}) == 1);
  CHECK(mann_whitney_p(Values(40, 2.0), Values(40, 2.0)) == 1);
  CHECK(signed_rank_p(Values{}) == 1);
  CHECK(signed_rank_p(Values{0, 0}) == 1);
  CHECK(signed_rank_p(Values{1, -1}) == 1);
}

TEST_CASE("swapping the sides negates the shift and keeps p") {
  std::mt19937_64 random(2);
  const Values a = drawn(random, 9), b = drawn(random, 7, 0.5);
  CHECK(mann_whitney_p(a, b) == Approx(mann_whitney_p(b, a)));
  const auto there = shift_between(a, b), back = shift_between(b, a);
  REQUIRE(there);
  REQUIRE(back);
  CHECK(there->estimate == Approx(-back->estimate));
  CHECK(*there->low == Approx(-*back->high));
  CHECK(*there->high == Approx(-*back->low));
  Values turned = a;
  for (double& value : turned) value = -value;
  CHECK(signed_rank_p(a) == Approx(signed_rank_p(turned)));
  CHECK(*shift_of(a)->low == Approx(-*shift_of(turned)->high));
}

TEST_CASE("the normal approximation meets the exact p at the threshold between them") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5; ++round) {
    const Values a = drawn(random, 25), b = drawn(random, 25, 0.5), c = drawn(random, 26, 0.5);
    Values more = b;
    more.push_back(b[0] + 1e-9);
    CHECK(mann_whitney_p(a, more) == Approx(mann_whitney_p(a, b)).epsilon(0.35));
  }
  Values pairs = drawn(random, 50, 0.3);
  const double exact = signed_rank_p(pairs);
  pairs.push_back(-1e-9);
  CHECK(signed_rank_p(pairs) == Approx(exact).epsilon(0.1));
}

TEST_CASE("few values have no interval of 95 %") {
  CHECK(shift_between(counted(3), counted(3))->estimate == 0);
  CHECK_FALSE(shift_between(counted(3), counted(3))->low);
  CHECK(shift_between(counted(4), counted(4))->low);
  CHECK(shift_of(counted(5))->estimate == 3);
  CHECK_FALSE(shift_of(counted(5))->low);
  CHECK(shift_of(counted(6))->low);
  CHECK_FALSE(shift_between({}, counted(9)));
  CHECK_FALSE(shift_of({}));
}

TEST_CASE("an interval excludes 0 exactly if p is below 0.05") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round) {
    const Values a = drawn(random, 8), b = drawn(random, 7, 0.8);
    const auto between = shift_between(a, b);
    REQUIRE(between);
    CHECK((*between->low > 0 || *between->high < 0) == (mann_whitney_p(a, b) <= 0.05));
    const auto of = shift_of(b);
    REQUIRE(of);
    CHECK((*of->low > 0 || *of->high < 0) == (signed_rank_p(b) <= 0.05));
  }
}

TEST_CASE("simulated: false alarms stay below 5 %, intervals cover the truth in 95 %, also far from normal") {
  std::mt19937_64 random(5);
  std::lognormal_distribution<double> heavy(0, 1.5);
  const int rounds = 2000;
  int alarms = 0, paired_alarms = 0, large_alarms = 0, missed = 0;
  for (int round = 0; round < rounds; ++round) {
    Values a(8), b(8), differences, many_a(30), many_b(30);
    for (double& value : a) value = heavy(random);
    for (double& value : b) value = heavy(random);
    for (double& value : many_a) value = heavy(random);
    for (double& value : many_b) value = heavy(random);
    for (size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
    alarms += mann_whitney_p(a, b) <= 0.05;
    large_alarms += mann_whitney_p(many_a, many_b) <= 0.05;
    paired_alarms += signed_rank_p(differences) <= 0.05;
    const auto shift = shift_between(a, b);
    missed += *shift->low > 0 || *shift->high < 0;
  }
  // Three standard deviations above 5 % of 2000.
  for (const int count : {alarms, large_alarms, paired_alarms, missed}) CHECK(count < 130);
  CHECK(alarms > 50);
  CHECK(large_alarms > 60);
  CHECK(paired_alarms > 40);
}

TEST_CASE("Benjamini and Hochberg's correction") {
  const Values p{0.01, 0.02, 0.03, 0.04, 0.05};
  for (const double corrected : benjamini_hochberg(p)) CHECK(corrected == Approx(0.05));
  const Values mixed = benjamini_hochberg(Values{0.04, 0.001, 0.9, 0.5});
  CHECK(mixed[0] == Approx(0.08));
  CHECK(mixed[1] == Approx(0.004));
  CHECK(mixed[2] == Approx(0.9));
  CHECK(mixed[3] == Approx(0.5 * 4 / 3));
  CHECK(benjamini_hochberg(Values{0.03}) == Values{0.03});
  CHECK(benjamini_hochberg({}).empty());
}

namespace {

// By definition: writes all candidates down and finds the ranks of the interval's ends among them.
void check_against_all(std::vector<double> candidates, const Shift& shift) {
  std::sort(candidates.begin(), candidates.end());
  const size_t n = candidates.size();
  CHECK(shift.estimate == (n % 2 == 1 ? candidates[n / 2] : std::midpoint(candidates[n / 2 - 1], candidates[n / 2])));
  REQUIRE(shift.low.has_value() == shift.high.has_value());
  if (!shift.low) return;
  const auto low = std::equal_range(candidates.begin(), candidates.end(), *shift.low);
  const auto high = std::equal_range(candidates.begin(), candidates.end(), *shift.high);
  CHECK(low.first != low.second);
  CHECK(high.first != high.second);
  // As many lie outside at either end.
  const auto below = std::pair{low.first - candidates.begin(), low.second - candidates.begin()};
  const auto above = std::pair{candidates.end() - high.second, candidates.end() - high.first};
  CHECK(std::max(below.first, above.first) < std::min(below.second, above.second));
}

Values differences_of(const Values& base, const Values& head) {
  Values all;
  for (const double after : head) {
    for (const double before : base) all.push_back(after - before);
  }
  return all;
}

Values averages_of(const Values& values) {
  Values all;
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = i; j < values.size(); ++j) all.push_back(std::midpoint(values[i], values[j]));
  }
  return all;
}

}  // namespace

TEST_CASE("shift and interval equal those of all differences and all averages, to the last bit") {
  std::mt19937_64 random(11);
  for (int trial = 0; trial < 200; ++trial) {
    const size_t n = 1 + random() % 60, m = 1 + random() % 60;
    Values base = drawn(random, n), head = drawn(random, m, 0.5);
    if (trial % 3 == 0) {  // many ties, zeros and negative values
      for (double& value : base) value = std::round(value);
      for (double& value : head) value = std::round(value);
    }
    check_against_all(differences_of(base, head), *shift_between(base, head));
    check_against_all(averages_of(base), *shift_of(base));
  }
}

TEST_CASE("10,000 values on each side are compared in bounded memory: 10^8 differences are not written down") {
  std::mt19937_64 random(12);
  const Values base = drawn(random, 10'000), head = drawn(random, 10'000, 0.25);
  const auto shift = shift_between(base, head);
  REQUIRE(shift);
  CHECK(shift->estimate == Approx(0.25).epsilon(0.2));
  CHECK(*shift->low < shift->estimate);
  CHECK(*shift->high > shift->estimate);
  CHECK(*shift->high - *shift->low == Approx(2 * 1.96 * std::sqrt(2.0 / 10'000)).epsilon(0.1));
  const auto paired = shift_of(head);
  CHECK(paired->estimate == Approx(0.25).epsilon(0.2));
}
