#include "core/run/profiling.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

FoldedProfile samples(int64_t engine, int64_t load) {
  FoldedProfile folded;
  folded.engine_samples = engine;
  folded.load_samples = load;
  return folded;
}

const Sampling kSampling{"cpu-clock", 1000, true, {}};
const UsedCpu kUsed{std::chrono::seconds{2}, std::chrono::milliseconds{500}};

}  // namespace

TEST_CASE("samples that match the CPU time are not flagged, and neither are few") {
  CHECK_FALSE(sampling_flag(kSampling, samples(2000, 500), kUsed));
  CHECK_FALSE(sampling_flag(kSampling, samples(1600, 400), kUsed));
  CHECK_FALSE(sampling_flag(kSampling, samples(2000, 5), {kUsed.engine, std::chrono::milliseconds{90}}));
}

TEST_CASE("a process with too few or too many samples is reported with both times") {
  const auto few = sampling_flag(kSampling, samples(2000, 60), kUsed);
  REQUIRE(few);
  CHECK(few->kind == FlagKind::sampling);
  CHECK(few->detail ==
        "The samples (cpu-clock) come to 0.06 s of the 0.50 s of CPU time that the client used: the shares are off by as much.");
  const auto both = sampling_flag(kSampling, samples(1000, 900), kUsed);
  REQUIRE(both);
  CHECK(both->detail.find("1.00 s of the 2.00 s of CPU time that the server used, and to 0.90 s of the 0.50 s") !=
        std::string::npos);
}
