#include "core/stats/statistics.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace copybench {
namespace {

constexpr double kConfidence = 0.95;

// How often the k-th lowest and the k-th highest of n enclose the median of any continuous distribution.
double coverage_at_depth(size_t n, size_t k) {
  const boost::math::binomial below(static_cast<double>(n), 0.5);
  return 1 - 2 * boost::math::cdf(below, static_cast<double>(k - 1));
}

// The p-quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan).
double quantile_of(std::span<const double> sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

}  // namespace

double median_of(std::span<const double> sorted) {
  const size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : std::midpoint(sorted[n / 2 - 1], sorted[n / 2]);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values, double mean) {
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

std::optional<Interval> mean_interval(std::span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  const double quantile = boost::math::quantile(boost::math::students_t(n - 1), (1 + confidence) / 2);
  const double half_width = quantile * std::sqrt(variance_of(values, mean) / n);
  return Interval{mean - half_width, mean + half_width, confidence, "Student's t"};
}

std::optional<Interval> median_interval(std::span<const double> sorted) {
  const size_t n = sorted.size();
  if (n < 2) return std::nullopt;
  if (n < kMedianIntervalNeeds) {
    return Interval{sorted.front(), sorted.back(), coverage_at_depth(n, 1), "lowest to highest value"};
  }
  // The greatest depth that still covers enough; by the normal distribution about n / 2 - 0.98 sqrt(n).
  const double about = static_cast<double>(n) / 2 - 0.98 * std::sqrt(static_cast<double>(n));
  auto depth = static_cast<size_t>(std::max(1.0, about - 2));
  while (coverage_at_depth(n, depth + 1) >= kConfidence) ++depth;
  const double outer = coverage_at_depth(n, depth);
  const double inner = coverage_at_depth(n, depth + 1);
  const double share = (outer - kConfidence) / (outer - inner);
  const auto k = static_cast<double>(depth);
  const auto count = static_cast<double>(n);
  const double inwards = (count - k) * share / (k + (count - 2 * k) * share);
  return Interval{std::lerp(sorted[depth - 1], sorted[depth], inwards),
                  std::lerp(sorted[n - depth], sorted[n - depth - 1], inwards), kConfidence,
                  "interpolated order statistics (Hettmansperger-Sheather)"};
}

std::optional<double> coefficient_of_variation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double mean = mean_of(values);
  if (mean == 0) return std::nullopt;
  return std::sqrt(variance_of(values, mean)) / std::abs(mean);
}

std::optional<Fences> outlier_fences(std::span<const double> sorted) {
  if (sorted.size() < kFencesNeed) return std::nullopt;
  const double first = quantile_of(sorted, 0.25);
  const double third = quantile_of(sorted, 0.75);
  const double range = third - first;
  if (!(range > 0)) return std::nullopt;
  return Fences{first - 3 * range, third + 3 * range};
}

double student_t_two_sided(double t, double degrees) {
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), std::abs(t)));
}

}  // namespace copybench
