#include "core/run/limits.h"

#include <algorithm>

namespace copybench {
namespace {

// As far as autotuning may grow a send buffer by default (tcp_wmem), which the ring of a connection is made for.
constexpr uint64_t kInFlightBytes = 4 << 20;

}  // namespace

uint64_t buffer_bytes(const Configuration& configuration, uint64_t in_flight_bytes) {
  const uint64_t message = configuration.message_bytes();
  // The ring (two messages at least), the gather buffer, and what the client receives into.
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
  // Once more where perf had to be left out.
  return 2 * (spec.warmup + spec.duration + 2 * (before + window + after));
}

}  // namespace copybench
