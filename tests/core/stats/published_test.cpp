// Holds the statistics against SciPy, R and published data. The other tests of this folder hold them against definitions.
#include "published.h"

#include <algorithm>

#include "core/stats/change_points.h"
#include "core/stats/rank_tests.h"
#include "core/stats/robust.h"
#include "core/stats/statistics.h"

using namespace copybench;

namespace {

// Both sides compute the same in doubles, in another order.
constexpr double kRounding = 1e-12;
// Tails and quantiles come from different implementations.
constexpr double kApproximation = 1e-9;

std::vector<double> sorted_values_of(const Json& one) {
  std::vector<double> values = values_of(one, "values");
  std::sort(values.begin(), values.end());
  return values;
}

void check_shift(const std::optional<Shift>& shift, const Json& expected) {
  REQUIRE(shift);
  check_near(shift->estimate, expected["estimate"], kRounding);
  if (!expected.contains("low")) return;
  REQUIRE(shift->low);
  check_near(*shift->low, expected["low"], kRounding);
  check_near(*shift->high, expected["high"], kRounding);
}

}  // namespace

TEST_CASE("Mann-Whitney's p is SciPy's: exact, exact with ties, and approximate") {
  for (const Json& one : published("mann_whitney")) {
    CAPTURE(one["call"].get<std::string>());
    check_same_p(mann_whitney_p(values_of(one, "base"), values_of(one, "head")), one["p"], kApproximation);
    check_same_p(mann_whitney_p(values_of(one, "head"), values_of(one, "base")), one["p"], kApproximation);
  }
}

TEST_CASE("the signed ranks' p is SciPy's: exact, exact with ties and zeros, and approximate") {
  for (const Json& one : published("signed_rank")) {
    CAPTURE(one["call"].get<std::string>());
    check_same_p(signed_rank_p(values_of(one, "differences")), one["p"], kApproximation);
  }
}

TEST_CASE("shifts and their exact intervals are R's") {
  for (const Json& one : published("shifts_between")) {
    CAPTURE(one["call"].get<std::string>());
    check_shift(shift_between(values_of(one, "base"), values_of(one, "head")), one);
  }
  for (const Json& one : published("shifts_of")) {
    CAPTURE(one["call"].get<std::string>());
    check_shift(shift_of(values_of(one, "differences")), one);
  }
}

TEST_CASE("Benjamini and Hochberg's correction is R's") {
  for (const Json& one : published("corrections")) {
    const std::vector<double> corrected = benjamini_hochberg(values_of(one, "p"));
    REQUIRE(corrected.size() == one["corrected"].size());
    for (size_t i = 0; i < corrected.size(); ++i) check_near(corrected[i], one["corrected"][i], kRounding);
  }
}

TEST_CASE("Student's intervals and tails are SciPy's") {
  for (const Json& one : published("t_intervals")) {
    const auto interval = mean_interval(values_of(one, "values"), one["confidence"]);
    REQUIRE(interval);
    check_near(interval->low, one["low"], kApproximation);
    check_near(interval->high, one["high"], kApproximation);
  }
  for (const Json& one : published("t_tails")) {
    CAPTURE(one.dump());
    check_same_p(student_t_two_sided(one["t"], one["degrees"]), one["p"], kApproximation);
  }
}

TEST_CASE("quartiles, variation and deviation are NumPy's and SciPy's") {
  for (const Json& one : published("spreads")) {
    const std::vector<double> values = sorted_values_of(one);
    const auto fences = outlier_fences(values);
    REQUIRE(fences);
    check_near(fences->low, one["low_fence"], kRounding);
    check_near(fences->high, one["high_fence"], kRounding);
    check_near(median_of(values), one["median"], kRounding);
    check_near(robust_median(values_of(one, "values")), one["median"], kRounding);
    check_near(*coefficient_of_variation(values), one["variation"], kRounding);
    check_near(robust_deviation(values, one["median"]), one["deviation"], kRounding);
  }
}

TEST_CASE("a median's interval from lowest to highest covers what the binomial distribution says") {
  for (const Json& one : published("coverages")) {
    const std::vector<double> values(one["n"].get<size_t>(), 1.0);
    check_near(median_interval(values)->coverage, one["coverage"], kRounding);
  }
}

TEST_CASE("the Nile's flow changed in 1899, as Cobb found") {
  const Json nile = published("nile").front();
  const auto points = change_points(values_of(nile, "samples"));
  REQUIRE(points.size() == 1);
  CHECK(nile["first_year"].get<size_t>() + points[0].index == nile["lower_from"].get<size_t>());
}
