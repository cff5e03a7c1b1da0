#include "core/load/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace copybench;

TEST_CASE("an empty histogram has no figures") {
  Histogram histogram;
  CHECK(!histogram.mean_ns());
  CHECK(!histogram.max_ns());
  CHECK(!histogram.quantile_ns(0.5));
  CHECK(histogram.buckets().empty());
}

TEST_CASE("percentiles keep three significant digits, mean and max are exact") {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latencies(11, 2);
  Histogram histogram;
  std::vector<int64_t> values;
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto ns = static_cast<int64_t>(latencies(random));
    values.push_back(ns);
    histogram.record(ns);
    sum += static_cast<double>(ns);
  }
  std::sort(values.begin(), values.end());
  for (const double quantile : {0.0, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = std::max<size_t>(1, static_cast<size_t>(std::ceil(quantile * static_cast<double>(values.size()))));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto got = static_cast<double>(*histogram.quantile_ns(quantile));
    CHECK(got >= exact);
    CHECK(got <= exact * 1.001 + 1);
  }
  CHECK(*histogram.mean_ns() == doctest::Approx(sum / 100'000));
  CHECK(*histogram.max_ns() == values.back());
}

TEST_CASE("below 2048 ns nothing is rounded, and a negative latency counts as 0") {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(1);
  histogram.record(2047);
  CHECK(*histogram.quantile_ns(0.0) == 0);
  CHECK(*histogram.quantile_ns(0.5) == 1);
  CHECK(*histogram.quantile_ns(1.0) == 2047);
}

TEST_CASE("merging gives what one histogram would have had") {
  Histogram whole;
  Histogram parts[2];
  for (int64_t ns = 1; ns < 1'000'000'000; ns = ns * 3 + 1) {
    whole.record(ns);
    parts[ns % 2].record(ns);
  }
  parts[0].merge(parts[1]);
  CHECK(parts[0].count() == whole.count());
  CHECK(parts[0].mean_ns() == whole.mean_ns());
  for (double quantile = 0; quantile <= 1; quantile += 0.05) {
    CHECK(parts[0].quantile_ns(quantile) == whole.quantile_ns(quantile));
  }
}

TEST_CASE("values beyond the range are clamped, and the maximum is exact") {
  Histogram histogram;
  histogram.record(Histogram::kHighestNs * 4);
  CHECK(*histogram.quantile_ns(0.5) == Histogram::kHighestNs);
  CHECK(*histogram.max_ns() == Histogram::kHighestNs * 4);
}
