#include "core/run/limits.h"

#include <algorithm>

namespace copybench {
namespace {

// Autotuning grows a send buffer up to this size by default (tcp_wmem). A connection's ring is sized for it.
constexpr uint64_t kInFlightBytes = 4 << 20;

}  // namespace

uint64_t buffer_bytes(const Configuration& configuration, uint64_t in_flight_bytes) {
  const uint64_t message = configuration.message_bytes();
  // The ring (at least two messages), the gather buffer, and the client's receive buffer.
  const uint64_t engine = std::max(in_flight_bytes, 2 * message) + message;
  const uint64_t client = std::max<uint64_t>(message, 256 << 10);
  return configuration.threads * (engine + client);
}

Nanoseconds StageLimits::ready(const Configuration& configuration) const {
  const auto bytes = static_cast<double>(buffer_bytes(configuration, kInFlightBytes));
  return start + from_seconds(2 * bytes / slow_bytes_per_second);
}

StageLimits StageLimits::scaled(double factor) const {
  const auto times = [&](Nanoseconds limit) { return from_seconds(factor * to_seconds(limit)); };
  return {times(start), times(mark), times(perf), times(finish), times(end), times(profile), slow_bytes_per_second / factor};
}

Nanoseconds StageLimits::run(const ExperimentSpec& spec, const Configuration& configuration) const {
  const Nanoseconds before = start + ready(configuration) + mark;
  const Nanoseconds window = 2 * perf + 4 * mark;
  const Nanoseconds after = 2 * (finish + end) + profile;
  // Doubled in case the run is measured again without perf.
  return 2 * (spec.warmup + spec.duration + 2 * (before + window + after));
}

}  // namespace copybench
