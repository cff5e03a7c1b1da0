// Detects whether throughput was steady through the window, from the 100 ms samples of a run. Pure.
//
// drift: the trend test of Mann (1945) and Kendall (1975), and a Theil-Sen slope (Sen 1968) that amounts to kEffect of the
// median or more over the window.
// step: the change-point test of Pettitt (1979), and medians before and after that differ by kEffect or more.
//
// Both tests respond to both shapes, so only the one is used whose line or steps lie nearer to the samples (least sum of
// absolute deviations). Serial correlation, if it is significant at 5 %, widens both as in Bayley and Hammersley (1946):
// the variance grows by (1 + r) / (1 - r), where r is the correlation of neighbours in the residuals of the line or steps.
// The kTransition samples at the window's begin and on either side of a step are left out of r: they may belong to no
// level, and a plain step would hide itself through them.
// If that widening leaves a test no power (not even samples all in order, or all of one side above all of the other, would
// be significant) and the shape has kEffect or more, the run is too short and not judged.
//
// warm_up: kLeast or more samples at the window's begin, up to a quarter of it, all lie on one side of the median of its
// second half, by kEffect of it and by kFar of its deviations (1.4826 MAD) or more, and nothing was found in the rest.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/model/run_flag.h"

namespace copybench {

struct SteadinessLimits {
  static constexpr size_t kFewestSamples = 20;
  static constexpr size_t kMostSamples = 120;  // in a longer window neighbours are merged: the tests compare all pairs
  static constexpr double kSignificance = 0.003;  // of each test; on white noise 1 run in 100 or fewer is flagged
  static constexpr double kEffect = 0.05;
  static constexpr double kFar = 4;
  static constexpr size_t kLeast = 2;
  static constexpr size_t kTransition = 2;
};

struct Steadiness {
  bool judged = false;
  std::string reason;          // why not; empty if it was
  std::vector<RunFlag> flags;  // warm_up, drift or step: one at most
};

// samples: the amount of each interval of `every_ms`, in order.
Steadiness detect_unsteadiness(std::span<const double> samples, int64_t every_ms);

// The amount of each interval, from counts since the window's begin.
std::vector<double> amounts(std::span<const uint64_t> counts);

Json to_json(const Steadiness& steadiness);  // {"judged", "reason"}

}  // namespace copybench
