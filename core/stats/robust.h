// Location and spread that a few outliers do not move. Pure. Values may be in any order; they must be finite and at least
// one.
#pragma once

#include <span>
#include <vector>

namespace copybench {

double robust_median(std::vector<double> values);

// 1.4826 times the median distance from the centre: the standard deviation if the values are normal.
double robust_deviation(std::span<const double> values, double centre);

}  // namespace copybench
