// The time limits of a run's stages. A run that exceeds one is timed out. Pure.
#pragma once

#include <chrono>

#include "core/base/time.h"
#include "core/model/spec.h"

namespace copybench {

struct StageLimits {
  // A child's start, and its answer to a mark, on a machine that the measurement itself loads.
  Nanoseconds start = std::chrono::seconds{10};
  Nanoseconds mark = std::chrono::seconds{10};
  Nanoseconds perf = std::chrono::seconds{5};
  // The engine's drain and its goodbye take at most 10 s each, see connection.cpp.
  Nanoseconds finish = std::chrono::seconds{25};
  Nanoseconds end = std::chrono::seconds{5};
  // perf script resolves at most kMostSamples stacks.
  Nanoseconds profile = std::chrono::seconds{60};
  double slow_bytes_per_second = 100e6;

  // Limit for connecting, faulting the rings in and verifying: a start, plus the time of the bytes at a slow machine's
  // rate.
  Nanoseconds ready(const Configuration& configuration) const;

  // Limit from a run's claim to its outcome: the limits of its stages, twice, to include the ends of its children and its
  // evidence, and all of that twice, in case it is measured again without perf. Beyond it the executor itself hangs.
  Nanoseconds run(const ExperimentSpec& spec, const Configuration& configuration) const;

  // The same limits in proportion, for tests that wait until a limit expires.
  StageLimits scaled(double factor) const;
};

// Bytes of memory that a run's message buffers take in both processes.
uint64_t buffer_bytes(const Configuration& configuration, uint64_t in_flight_bytes);

}  // namespace copybench
