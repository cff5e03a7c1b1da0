// How long each stage of a run may take before the run is given up as timed out. Pure.
#pragma once

#include <chrono>

#include "core/base/time.h"
#include "core/model/spec.h"

namespace copybench {

struct StageLimits {
  // A child's start and its answer to a mark, on a machine that is loaded by the measurement itself.
  Nanoseconds start = std::chrono::seconds{10};
  Nanoseconds mark = std::chrono::seconds{10};
  Nanoseconds perf = std::chrono::seconds{5};
  // The engine's own drain and goodbye take 10 s each at the most, see connection.cpp.
  Nanoseconds finish = std::chrono::seconds{25};
  Nanoseconds end = std::chrono::seconds{5};
  // perf script resolves at most kMostSamples stacks.
  Nanoseconds profile = std::chrono::seconds{60};
  double slow_bytes_per_second = 100e6;

  // Connecting, faulting the rings in and verifying: a start and what the bytes take at a slow machine's rate.
  Nanoseconds ready(const Configuration& configuration) const;

  // From a run's claim to its outcome: what its stages may take, twice, for their children's ends and its evidence, and all of that
  // twice, where it is measured again without perf. Beyond it
  // the executor itself hangs.
  Nanoseconds run(const ExperimentSpec& spec, const Configuration& configuration) const;

  // The same proportions, for tests that wait until a limit is over.
  StageLimits scaled(double factor) const;
};

// Bytes of memory that a run's message buffers take in both processes.
uint64_t buffer_bytes(const Configuration& configuration, uint64_t in_flight_bytes);

}  // namespace copybench
