#include "core/analysis/steadiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "core/stats/robust.h"

namespace copybench {
namespace {

using Samples = std::span<const double>;

// A shape that was fitted to the samples: its residuals, and the result of its test.
struct Fit {
  std::vector<double> residuals;
  double effect = 0;             // relative to the median
  double statistic = 0;          // of the test, as p_of_line() and p_of_step() take it
  double most = 0;               // the statistic if all samples follow the shape
  std::optional<size_t> change;  // step: the first sample of the new level
};

double total_deviation(const Fit& fit) {
  return std::accumulate(fit.residuals.begin(), fit.residuals.end(), 0.0,
                         [](double sum, double residual) { return sum + std::abs(residual); });
}

Fit fit_line(Samples x) {
  const size_t n = x.size();
  std::vector<double> slopes;
  slopes.reserve(n * (n - 1) / 2);
  double s = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      slopes.push_back((x[j] - x[i]) / static_cast<double>(j - i));
      s += static_cast<double>((x[j] > x[i]) - (x[j] < x[i]));
    }
  }
  const double slope = robust_median(std::move(slopes));
  Fit fit;
  for (size_t i = 0; i < n; ++i) fit.residuals.push_back(x[i] - slope * static_cast<double>(i));
  const double level = robust_median(fit.residuals);
  for (double& residual : fit.residuals) residual -= level;
  const auto count = static_cast<double>(n);
  fit.effect = slope * (count - 1) / robust_median({x.begin(), x.end()});
  const double deviation = std::sqrt(count * (count - 1) * (2 * count + 5) / 18);
  fit.statistic = s == 0 ? 0 : (std::abs(s) - 1) / deviation;
  fit.most = (count * (count - 1) / 2 - 1) / deviation;
  return fit;
}

Fit fit_step(Samples x) {
  const auto n = static_cast<double>(x.size());
  size_t change = 1;
  double u = 0;
  double greatest = 0;
  for (size_t k = 1; k < x.size(); ++k) {
    for (const double other : x) u += static_cast<double>((x[k - 1] > other) - (x[k - 1] < other));
    if (std::abs(u) <= greatest) continue;
    greatest = std::abs(u);
    change = k;
  }
  Fit fit;
  fit.change = change;
  const auto cut = x.begin() + static_cast<std::ptrdiff_t>(change);
  const double before = robust_median({x.begin(), cut});
  const double after = robust_median({cut, x.end()});
  for (size_t i = 0; i < x.size(); ++i) fit.residuals.push_back(x[i] - (i < change ? before : after));
  fit.effect = (after - before) / robust_median({x.begin(), x.end()});
  const auto exponent = [&](double of) { return 6 * of * of / (n * n * n + n * n); };
  fit.statistic = exponent(greatest);
  fit.most = exponent(static_cast<double>(change * (x.size() - change)));
  return fit;
}

double p_of_line(double statistic, double inflation) { return std::erfc(statistic / std::sqrt(2 * inflation)); }
double p_of_step(double statistic, double inflation) { return 2 * std::exp(-statistic / inflation); }

// The factor by which serial correlation widens the variance; 1 if no correlation is visible. A pair of neighbours counts
// only if neither sample is left out.
double variance_inflation(const std::vector<double>& residuals, const std::vector<bool>& left_out) {
  constexpr double kOneSidedFivePercent = 1.645;
  constexpr double kMost = 0.95;
  double n = 0;
  double mean = 0;
  for (size_t i = 0; i < residuals.size(); ++i) {
    if (left_out[i]) continue;
    ++n;
    mean += (residuals[i] - mean) / n;
  }
  double squares = 0;
  double products = 0;
  for (size_t i = 0; i < residuals.size(); ++i) {
    if (left_out[i]) continue;
    squares += (residuals[i] - mean) * (residuals[i] - mean);
    if (i > 0 && !left_out[i - 1]) products += (residuals[i] - mean) * (residuals[i - 1] - mean);
  }
  const double r = squares > 0 ? std::min(products / squares, kMost) : 0;
  return r < kOneSidedFivePercent / std::sqrt(n) ? 1 : (1 + r) / (1 - r);
}

// The samples in which a level is not reached yet: the first ones, and those beside a change.
std::vector<bool> transitions(size_t n, std::optional<size_t> change) {
  std::vector<bool> left_out(n);
  for (size_t i = 0; i < std::min(n, SteadinessLimits::kTransition); ++i) left_out[i] = true;
  if (!change) return left_out;
  const size_t begin = *change - std::min(*change, SteadinessLimits::kTransition);
  for (size_t i = begin; i < std::min(n, *change + SteadinessLimits::kTransition); ++i) left_out[i] = true;
  return left_out;
}

// Merges as many neighbours into one as necessary; a rest at the end is left out.
std::pair<std::vector<double>, int64_t> merge(Samples samples) {
  const size_t count = (samples.size() + SteadinessLimits::kMostSamples - 1) / SteadinessLimits::kMostSamples;
  std::vector<double> merged;
  for (size_t i = 0; i + count <= samples.size(); i += count) {
    const Samples group = samples.subspan(i, count);
    merged.push_back(std::accumulate(group.begin(), group.end(), 0.0));
  }
  return {std::move(merged), static_cast<int64_t>(count)};
}

std::string signed_percent(double share) { return fmt::format("{:+.1f} %", 100 * share); }

// left_out: the number of samples before these.
Steadiness trend_or_step(Samples x, size_t left_out, int64_t every_ms) {
  const Fit line = fit_line(x);
  const Fit step = fit_step(x);
  const bool drifts = total_deviation(line) <= total_deviation(step);
  const Fit& nearer = drifts ? line : step;
  if (std::abs(nearer.effect) < SteadinessLimits::kEffect) return {true, "", {}};
  const double inflation = variance_inflation(nearer.residuals, transitions(x.size(), nearer.change));
  const auto significant = [&](double statistic) {
    return (drifts ? p_of_line : p_of_step)(statistic, inflation) < SteadinessLimits::kSignificance;
  };
  if (!significant(nearer.most)) {
    return {false,
            fmt::format("{} samples of {} ms, each so much like the one before it, are too few to tell a {} of {} from chance; a "
                        "longer duration_s helps",
                        x.size(), every_ms, drifts ? "drift" : "step", signed_percent(nearer.effect)),
            {}};
  }
  if (!significant(nearer.statistic)) return {true, "", {}};
  if (drifts) {
    return {true, "", {{FlagKind::drift, fmt::format("Throughput drifted by {} over the window (Mann-Kendall and Theil-Sen).",
                                                     signed_percent(line.effect))}}};
  }
  const double at_s = static_cast<double>(left_out + *step.change) * static_cast<double>(every_ms) / 1e3;
  return {true, "", {{FlagKind::step,
                      fmt::format("Throughput changed by {} at {:.1f} s into the window and stayed there (Pettitt).",
                                  signed_percent(step.effect), at_s)}}};
}

// The number of samples at the begin that are not yet at the level of the second half.
size_t leading_off_level(Samples x) {
  const Samples settled = x.subspan(x.size() / 2);
  const double level = robust_median({settled.begin(), settled.end()});
  const double far = std::max(SteadinessLimits::kEffect * level, SteadinessLimits::kFar * robust_deviation(settled, level));
  const double side = x.front() < level ? -1 : 1;
  const size_t most = x.size() / 4;
  size_t count = 0;
  while (count <= most && (x[count] - level) * side > far) ++count;
  return count >= SteadinessLimits::kLeast && count <= most ? count : 0;
}

}  // namespace

Steadiness detect_unsteadiness(Samples samples, int64_t every_ms) {
  if (samples.size() > SteadinessLimits::kMostSamples) {
    const auto [merged, count] = merge(samples);
    return detect_unsteadiness(merged, every_ms * count);
  }
  if (samples.size() < SteadinessLimits::kFewestSamples) {
    return {false,
            fmt::format("{} samples of {} ms are too few to tell: at least {} are needed", samples.size(), every_ms,
                        SteadinessLimits::kFewestSamples),
            {}};
  }
  if (!(robust_median({samples.begin(), samples.end()}) > 0)) return {false, "nothing arrived in most of the samples", {}};
  const size_t leading = leading_off_level(samples);
  const Samples rest = samples.subspan(leading);
  Steadiness steadiness = trend_or_step(rest, leading, every_ms);
  if (leading == 0 || !steadiness.flags.empty()) return steadiness;
  const double ratio = robust_median({samples.begin(), rest.begin()}) / robust_median({rest.begin(), rest.end()});
  return {true, "", {{FlagKind::warm_up,
                      fmt::format("The first {:.1f} s of the window were still warm-up: throughput was {} off its later level. A "
                                  "longer warmup_s helps.",
                                  static_cast<double>(leading) * static_cast<double>(every_ms) / 1e3,
                                  signed_percent(ratio - 1))}}};
}

std::vector<double> amounts(std::span<const uint64_t> counts) {
  std::vector<double> each;
  uint64_t before = 0;
  for (const uint64_t count : counts) {
    each.push_back(static_cast<double>(count - before));
    before = count;
  }
  return each;
}

Json to_json(const Steadiness& steadiness) {
  return {{"judged", steadiness.judged}, {"reason", text_or_null(steadiness.reason)}};
}

}  // namespace copybench
