#include "core/run/limits.h"

#include <doctest/doctest.h>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

Configuration configuration(uint64_t field_bytes, uint32_t threads) { return {EngineMode::two_copy, field_bytes, threads}; }

}  // namespace

TEST_CASE("a run with more bytes to prepare gets more time to be ready") {
  const StageLimits limits;
  CHECK(limits.ready(configuration(64, 1)) > limits.start);
  CHECK(limits.ready(configuration(4 << 20, 1)) > limits.ready(configuration(64, 1)));
  CHECK(limits.ready(configuration(64, 64)) > limits.ready(configuration(64, 1)));
}

TEST_CASE("scaled limits keep their proportions") {
  const StageLimits limits;
  const StageLimits tenth = limits.scaled(0.1);
  CHECK(tenth.start == limits.start / 10);
  CHECK(tenth.mark == limits.mark / 10);
  CHECK(tenth.perf == limits.perf / 10);
  CHECK(tenth.finish == limits.finish / 10);
  CHECK(tenth.end == limits.end / 10);
  const auto large = configuration(4 << 20, 8);
  CHECK(to_seconds(tenth.ready(large)) == doctest::Approx(to_seconds(limits.ready(large)) / 10));
  CHECK(limits.scaled(1).ready(large) == limits.ready(large));
}

TEST_CASE("a run's buffers grow with its messages and its connections") {
  CHECK(buffer_bytes(configuration(65536, 1), 4 << 20) >= 4 << 20);
  CHECK(buffer_bytes(configuration(65536, 4), 4 << 20) == 4 * buffer_bytes(configuration(65536, 1), 4 << 20));
}

TEST_CASE("a run may take its warm-up, its window and its stages' limits, however long they are") {
  ExperimentSpec spec;
  spec.warmup = 5s;
  spec.duration = 3600s;
  const StageLimits limits;
  const auto small = configuration(64, 1);
  CHECK(limits.run(spec, small) > 3605s + 2 * limits.finish + limits.ready(small));
  CHECK(limits.run(spec, small) < 2 * (3605s + 10min));
  CHECK(limits.run(spec, configuration(1 << 20, 64)) > limits.run(spec, small));
}
