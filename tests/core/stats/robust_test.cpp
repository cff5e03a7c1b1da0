#include "core/stats/robust.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a median is the middle, or the mean of the middle two") {
  CHECK(robust_median({3}) == 3);
  CHECK(robust_median({9, 1, 3}) == 3);
  CHECK(robust_median({9, 1, 3, 5}) == 4);
}

TEST_CASE("one outlier moves neither the median nor the deviation") {
  const std::vector<double> values{1, 2, 3, 4, 1000};
  CHECK(robust_median(values) == 3);
  CHECK(robust_deviation(values, 3) == doctest::Approx(1.4826));
  CHECK(robust_deviation(std::vector<double>{2, 2, 2}, 2) == 0);
}
