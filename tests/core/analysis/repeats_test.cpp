#include "core/analysis/repeats.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

// Throughputs of the runs in the order of their ends; 0 is a failed run.
Repeats after(const std::vector<double>& throughputs, double pct = 10, uint32_t min = 5, uint32_t max = 10) {
  ExperimentSpec spec;
  spec.repetitions = min;
  spec.until_ci = UntilCi{pct, max};
  std::vector<SummaryInput> runs;
  for (const double throughput : throughputs) {
    SummaryInput run;
    run.state = throughput > 0 ? RunState::completed : RunState::failed;
    if (throughput > 0) run.figures.throughput_gbps = throughput;
    runs.push_back(run);
  }
  std::vector<const SummaryInput*> ended;
  for (const SummaryInput& run : runs) ended.push_back(&run);
  return repeats_of(spec, ended);
}

using enum RepeatState;

}  // namespace

TEST_CASE("five runs have no 95 % interval, however close they are") {
  CHECK(after({}).state == running);
  const auto five = after({10, 10, 10, 10, 10});
  CHECK(five.state == running);
  CHECK(five.runs == 5);
  CHECK_FALSE(five.interval_pct);
}

TEST_CASE("a narrow interval ends the repetitions") {
  const auto six = after({10, 10.1, 9.9, 10, 10.1, 9.9});
  CHECK(six.state == interval_reached);
  CHECK(six.runs == 6);
  CHECK(*six.interval_pct > 0.5);
  CHECK(*six.interval_pct <= 2);
  CHECK(after({10, 10.1, 9.9, 10, 10.1, 9.9}, 0.5).state == running);
}

TEST_CASE("the minimum number of repetitions is always made") {
  CHECK(after({10, 10, 10, 10, 10, 10}, 10, 8).state == running);
  CHECK(after({10, 10, 10, 10, 10, 10, 10, 10}, 10, 8).state == interval_reached);
}

TEST_CASE("the maximum ends them, failed runs counted") {
  const std::vector<double> wide{10, 20, 10, 20, 10, 20, 10, 20, 0};
  CHECK(after(wide).state == running);
  auto all = wide;
  all.push_back(15);
  const auto capped = after(all);
  CHECK(capped.state == cap_reached);
  CHECK(capped.runs == 10);
  CHECK(*capped.interval_pct > 10);
}

TEST_CASE("three failures in a row end a configuration, two and a success do not") {
  CHECK(after({10, 0, 0, 10, 0, 0}).state == running);
  CHECK(after({10, 0, 0, 0}).state == given_up);
}

TEST_CASE("one outlier does not keep an interval wide") {
  CHECK(after({10, 10.1, 9.9, 10, 10.1, 9.9, 10, 10.05, 99}, 5, 5, 30).state == interval_reached);
}
