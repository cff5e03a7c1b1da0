// Finds where the level of a series changes, by E-divisive with means (Matteson and James, A Nonparametric Approach for
// Multiple Change Point Analysis of Multivariate Data, 2014, exponent 1). It takes the split at which the energy distance
// between the values before it and those after it, up to any later one, is greatest. It keeps the split if a permutation
// test finds it significant, and continues within the parts. It assumes no distribution of the values. Outliers count only
// by their distance. Takes some 0.2 s for 300 values.
//
// Pure: the permutations come from a fixed seed, so the same series has the same change points.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace copybench {

constexpr size_t kLeastSegment = 3;        // values between two change points
constexpr size_t kPermutations = 199;      // p is a multiple of 1 / 200
constexpr double kChangeSignificance = 0.05;

struct ChangePoint {
  size_t index = 0;  // of the first value of the new level
  double p = 0;

  bool operator==(const ChangePoint&) const = default;
};

// In the order of the series. Values must be finite.
std::vector<ChangePoint> change_points(std::span<const double> series);

}  // namespace copybench
