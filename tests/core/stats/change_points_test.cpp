#include "core/stats/change_points.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace copybench;

namespace {

// Levels with noise of 2 %, one value each.
std::vector<double> noisy(const std::vector<std::pair<size_t, double>>& levels, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, 0.02);
  std::vector<double> series;
  for (const auto& [count, level] : levels) {
    for (size_t i = 0; i < count; ++i) series.push_back(level * (1 + noise(random)));
  }
  return series;
}

std::vector<size_t> indices(const std::vector<double>& series) {
  std::vector<size_t> all;
  for (const ChangePoint& point : change_points(series)) all.push_back(point.index);
  return all;
}

}  // namespace

TEST_CASE("a constant level has change points in one series of twenty or so") {
  int with = 0;
  for (unsigned seed = 0; seed < 20; ++seed) with += !indices(noisy({{30, 10}}, seed)).empty();
  CHECK(with <= 4);
}

TEST_CASE("one step is found where it is") {
  int right = 0;
  for (unsigned seed = 0; seed < 10; ++seed) right += indices(noisy({{15, 10}, {12, 9}}, seed)) == std::vector<size_t>{15};
  CHECK(right >= 8);
  const auto points = change_points(noisy({{15, 10}, {12, 9}}, 1));
  REQUIRE_FALSE(points.empty());
  CHECK(points[0].p <= 0.05);
}

TEST_CASE("two steps are found where they are, also back to where it was") {
  int there_and_back = 0, further = 0;
  for (unsigned seed = 0; seed < 6; ++seed) {
    there_and_back += indices(noisy({{12, 10}, {10, 12}, {11, 10}}, seed)) == std::vector<size_t>{12, 22};
    further += indices(noisy({{10, 10}, {10, 11}, {10, 12}}, seed)) == std::vector<size_t>{10, 20};
  }
  CHECK(there_and_back >= 4);
  CHECK(further >= 4);
}

TEST_CASE("an outlier is no change of level, and hides none") {
  int taken = 0;
  std::ptrdiff_t found = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    auto series = noisy({{25, 10}}, seed);
    series[12] = 20;
    taken += !indices(series).empty();
    series = noisy({{14, 10}, {14, 9}}, seed);
    series[5] = 15;
    const auto all = indices(series);
    found += std::count(all.begin(), all.end(), 14);
  }
  CHECK(taken <= 3);
  CHECK(found >= 8);
}

TEST_CASE("too short a series, or one without noise, has no false change") {
  CHECK(change_points({}).empty());
  CHECK(indices({1, 2, 3, 4, 5}).empty());
  CHECK(indices(std::vector<double>(20, 7.0)).empty());
  std::vector<double> exact(10, 7.0);
  exact.resize(20, 8.0);
  CHECK(indices(exact) == std::vector<size_t>{10});
}

TEST_CASE("the same series has the same change points") {
  const auto series = noisy({{20, 10}, {20, 9.7}}, 7);
  CHECK(change_points(series) == change_points(series));
}
