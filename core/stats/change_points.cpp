#include "core/stats/change_points.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace copybench {
namespace {

struct Split {
  size_t index = 0;
  double distance = 0;  // scaled energy distance of both sides; 0: there is none
};

// The best split of a segment, which begins at `offset`. It compares the values left of the split with those right of it up
// to where the next level may begin, so that a level which comes and goes is found too.
Split best_split(std::span<const double> values, size_t offset) {
  Split best;
  const size_t all = values.size();
  if (all < 2 * kLeastSegment) return best;
  // sums[i][j]: the sum of the distances of the first i values from the first j ones.
  std::vector<std::vector<double>> sums(all + 1, std::vector<double>(all + 1));
  for (size_t i = 0; i < all; ++i) {
    double row = 0;
    for (size_t j = 0; j < all; ++j) {
      row += std::abs(values[i] - values[j]);
      sums[i + 1][j + 1] = sums[i][j + 1] + row;
    }
  }
  for (size_t middle = kLeastSegment; middle + kLeastSegment <= all; ++middle) {
    const auto n = static_cast<double>(middle);
    const double within_left = sums[middle][middle] / (n * (n - 1));
    for (size_t end = middle + kLeastSegment; end <= all; ++end) {
      const auto m = static_cast<double>(end - middle);
      const double across = (sums[middle][end] - sums[middle][middle]) / (n * m);
      const double within_right = (sums[end][end] - 2 * sums[middle][end] + sums[middle][middle]) / (m * (m - 1));
      const double distance = n * m / (n + m) * (2 * across - within_left - within_right);
      if (distance > best.distance) best = {offset + middle, distance};
    }
  }
  return best;
}

// The best split of all segments. `ends` separates the segments.
Split best_of_all(std::span<const double> values, const std::vector<size_t>& ends) {
  Split best;
  size_t begin = 0;
  for (const size_t end : ends) {
    const Split split = best_split(values.subspan(begin, end - begin), begin);
    if (split.distance > best.distance) best = split;
    begin = end;
  }
  return best;
}

void shuffle_segments(std::span<double> values, const std::vector<size_t>& ends, std::mt19937_64& random) {
  size_t begin = 0;
  for (const size_t end : ends) {
    for (size_t i = end - begin; i > 1; --i) std::swap(values[begin + i - 1], values[begin + random() % i]);
    begin = end;
  }
}

}  // namespace

std::vector<ChangePoint> change_points(std::span<const double> series) {
  std::vector<ChangePoint> found;
  std::vector<size_t> ends{series.size()};
  std::mt19937_64 random(1);
  for (;;) {
    const Split split = best_of_all(series, ends);
    if (split.index == 0) break;
    std::vector<double> shuffled(series.begin(), series.end());
    size_t as_far = 1;
    for (size_t i = 0; i < kPermutations; ++i) {
      shuffle_segments(shuffled, ends, random);
      as_far += best_of_all(shuffled, ends).distance >= split.distance;
    }
    const double p = static_cast<double>(as_far) / static_cast<double>(kPermutations + 1);
    if (p > kChangeSignificance) break;
    found.push_back({split.index, p});
    ends.push_back(split.index);
    std::sort(ends.begin(), ends.end());
  }
  std::sort(found.begin(), found.end(), [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
  return found;
}

}  // namespace copybench
