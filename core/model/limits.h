// The limits of a request's values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace copybench {

struct Limits {
  static constexpr int64_t kMinFieldBytes = 64;
  static constexpr int64_t kMaxFieldBytes = 4 << 20;
  static constexpr int64_t kMaxThreads = 256;
  static constexpr double kMinDurationS = 0.1;
  static constexpr double kMaxDurationS = 3600;
  static constexpr double kMaxWarmupS = 60;
  static constexpr int64_t kMaxRepetitions = 100;
  static constexpr double kMinCiPct = 0.01;
  static constexpr double kMaxCiPct = 100;
  static constexpr size_t kMaxRuns = 10'000;
  static constexpr size_t kMaxEvents = 32;
  static constexpr int64_t kMaxSeed = (int64_t{1} << 53) - 1;
  static constexpr double kMinMessagesPerS = 1;
  static constexpr double kMaxMessagesPerS = 1'000'000;
  static constexpr int64_t kMinSocketBufferBytes = 4096;
  static constexpr int64_t kMaxSocketBufferBytes = 1 << 30;
};

}  // namespace copybench
