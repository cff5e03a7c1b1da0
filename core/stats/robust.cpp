#include "core/stats/robust.h"

#include <algorithm>
#include <cmath>

#include "core/stats/statistics.h"

namespace copybench {

double robust_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return median_of(values);
}

double robust_deviation(std::span<const double> values, double centre) {
  constexpr double kOfNormal = 1.4826;
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - centre));
  return kOfNormal * robust_median(std::move(distances));
}

}  // namespace copybench
