#include "core/stats/statistics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

using namespace copybench;

namespace {

using Values = std::vector<double>;

Values one_to(int n) {
  Values values(static_cast<size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

// Returns the share of `tries` samples of n whose interval holds 0, the median and mean of draw().
template <typename Draw, typename IntervalOf>
double covered(size_t n, int tries, const Draw& draw, const IntervalOf& interval_of) {
  int hits = 0;
  Values values(n);
  for (int i = 0; i < tries; ++i) {
    for (double& value : values) value = draw();
    std::sort(values.begin(), values.end());
    const auto interval = interval_of(values);
    hits += interval->low <= 0 && interval->high >= 0;
  }
  return hits / static_cast<double>(tries);
}

}  // namespace

TEST_CASE("the interval of the mean is Student's") {
  // Textbook values: t(0.975, 4) = 2.776445, t(0.975, 1) = 12.706205, t(0.995, 4) = 4.604095.
  const auto five = mean_interval(one_to(5), 0.95);
  REQUIRE(five);
  CHECK(five->low == doctest::Approx(3 - 2.776445 * std::sqrt(2.5 / 5)).epsilon(1e-6));
  CHECK(five->high == doctest::Approx(3 + 2.776445 * std::sqrt(2.5 / 5)).epsilon(1e-6));
  CHECK(mean_interval(one_to(5), 0.99)->high == doctest::Approx(3 + 4.604095 * std::sqrt(2.5 / 5)).epsilon(1e-6));
  CHECK(mean_interval(Values{1, 3}, 0.95)->high == doctest::Approx(2 + 12.706205).epsilon(1e-6));
  CHECK_FALSE(mean_interval(Values{1}, 0.95));
  const auto equal = mean_interval(Values{0.1, 0.1, 0.1}, 0.95);
  CHECK(equal->low == doctest::Approx(0.1));
  CHECK(equal->high == doctest::Approx(0.1));
}

TEST_CASE("too few values for 95 % of a median report their coverage") {
  CHECK_FALSE(median_interval(Values{1}));
  const double coverage[] = {0.5, 0.75, 0.875, 0.9375};
  for (int n = 2; n <= 5; ++n) {
    const auto interval = median_interval(one_to(n));
    REQUIRE(interval);
    CHECK(interval->low == 1);
    CHECK(interval->high == n);
    CHECK(interval->coverage == doctest::Approx(coverage[n - 2]));
  }
  CHECK(median_interval(one_to(6))->coverage == doctest::Approx(0.95));
}

TEST_CASE("the interval of the median lies between the depths whose coverage encloses 95 %") {
  // n = 10: depths 2 and 3 cover 97.85 % and 89.06 %. By hand: share = (0.978516 - 0.95) / (0.978516 - 0.890625) =
  // 0.324444, inwards = 8 * 0.324444 / (2 + 6 * 0.324444) = 0.657658.
  const auto ten = median_interval(one_to(10));
  CHECK(ten->low == doctest::Approx(2.657658).epsilon(1e-5));
  CHECK(ten->high == doctest::Approx(11 - 2.657658).epsilon(1e-5));
}

TEST_CASE("intervals have their nominal coverage") {
  std::mt19937_64 random(2026);
  std::normal_distribution<double> normal;
  std::student_t_distribution<double> heavy(3);
  for (const size_t n : {6, 7, 9, 15, 30}) {
    CAPTURE(n);
    const auto of_normal = [&] { return normal(random); };
    const auto of_heavy = [&] { return heavy(random); };
    const auto of_skewed = [&] { return std::exp(normal(random)) - 1; };
    const auto mean = [](const Values& values) { return mean_interval(values, 0.95); };
    const auto median = [](const Values& values) { return median_interval(values); };
    // 2,000 tries can tell 0.95 from 0.93.
    CHECK(covered(n, 2000, of_normal, mean) == doctest::Approx(0.95).epsilon(0.02));
    CHECK(covered(n, 2000, of_normal, median) == doctest::Approx(0.95).epsilon(0.02));
    CHECK(covered(n, 2000, of_skewed, median) == doctest::Approx(0.95).epsilon(0.02));
    CHECK(covered(n, 2000, of_heavy, median) == doctest::Approx(0.95).epsilon(0.02));
  }
}

TEST_CASE("the coefficient of variation is a share of the mean") {
  CHECK(*coefficient_of_variation(Values{9, 10, 11}) == doctest::Approx(0.1));
  CHECK(*coefficient_of_variation(Values{-9, -10, -11}) == doctest::Approx(0.1));
  CHECK_FALSE(coefficient_of_variation(Values{1}));
  CHECK_FALSE(coefficient_of_variation(Values{0, 0}));
}

TEST_CASE("fences stand 3 interquartile ranges out") {
  // Quartiles of 1 to 9 are 3 and 7.
  const auto fences = outlier_fences(one_to(9));
  REQUIRE(fences);
  CHECK(fences->low == doctest::Approx(-9));
  CHECK(fences->high == doctest::Approx(19));
  CHECK_FALSE(outlier_fences(one_to(4)));
  CHECK_FALSE(outlier_fences(Values{5, 5, 5, 5, 900}));
}

TEST_CASE("two-sided tails of Student's t") {
  CHECK(student_t_two_sided(2.776445, 4) == doctest::Approx(0.05).epsilon(1e-5));
  CHECK(student_t_two_sided(-2.776445, 4) == doctest::Approx(0.05).epsilon(1e-5));
}
