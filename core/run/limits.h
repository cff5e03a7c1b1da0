// How long each stage of a run may take before the run is given up as timed out. Pure.
#pragma once

#include <chrono>

#include "core/base/time.h"
#include "core/model/spec.h"

namespace copybench {

// A child's start and its answer to a mark, on a machine that is loaded by the measurement itself.
constexpr Nanoseconds kMarkLimit = std::chrono::seconds{10};
constexpr Nanoseconds kStartLimit = std::chrono::seconds{10};
constexpr Nanoseconds kPerfLimit = std::chrono::seconds{5};
// The engine's own drain and goodbye take 10 s each at the most, see connection.cpp.
constexpr Nanoseconds kFinishLimit = std::chrono::seconds{25};
// perf script resolves at most kMostSamples stacks.
constexpr Nanoseconds kProfileLimit = std::chrono::seconds{60};
constexpr Nanoseconds kEndLimit = std::chrono::seconds{5};

// Connecting, faulting the rings in and verifying: 10 s and what the bytes take at a slow 100 MB/s.
Nanoseconds ready_limit(const Configuration& configuration);

// Bytes of memory that a run's message buffers take in both processes.
uint64_t buffer_bytes(const Configuration& configuration, uint64_t in_flight_bytes);


}  // namespace copybench
