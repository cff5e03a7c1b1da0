#include "core/analysis/summary.h"

#include <doctest/doctest.h>

#include <limits>

using namespace copybench;

namespace {

SummaryInput run(EngineMode engine, uint64_t field_bytes, double gbps, RunState state = RunState::completed) {
  SummaryInput input{0, {{engine, field_bytes, 1}, 1}, state, {}};
  if (state == RunState::completed) input.figures.throughput_gbps = gbps;
  return input;
}

ExperimentSpec spec_of(std::vector<EngineMode> engines, std::vector<uint64_t> field_sizes) {
  ExperimentSpec spec;
  spec.engines = std::move(engines);
  spec.field_sizes = std::move(field_sizes);
  spec.threads = {1};
  return spec;
}

size_t column(std::string_view name) {
  size_t index = 0;
  while (figure_columns()[index].name != name) ++index;
  return index;
}

using enum EngineMode;

}  // namespace

TEST_CASE("zero values have no spread, one value has no interval") {
  CHECK_FALSE(spread_of({}));
  const auto one = spread_of({{7, 4}});
  REQUIRE(one);
  CHECK(one->n == 1);
  CHECK(one->median == 4);
  CHECK(one->mean == 4);
  CHECK_FALSE(one->ci95_mean);
  CHECK_FALSE(one->ci95_median);
  CHECK_FALSE(one->cv);
}

TEST_CASE("outliers are named by their runs, and kept") {
  const auto spread = spread_of({{11, 10}, {12, 10.1}, {13, 99}, {14, 9.9}, {15, 10.05}});
  REQUIRE(spread);
  CHECK(spread->outliers == std::vector<RunId>{13});
  CHECK(spread->n == 5);
  CHECK(spread->max == 99);
  CHECK(spread->mean == doctest::Approx(27.81));
}

TEST_CASE("nan and infinity never enter a spread") {
  const auto spread =
      spread_of({{1, std::numeric_limits<double>::quiet_NaN()}, {2, 2}, {3, std::numeric_limits<double>::infinity()}});
  REQUIRE(spread);
  CHECK(spread->n == 1);
  CHECK(spread->mean == 2);
}

TEST_CASE("each configuration has one line, in order, with runs or without") {
  const auto summary = summarize(
      spec_of({zero_copy, two_copy}, {4096, 512}),
      {run(two_copy, 512, 10), run(two_copy, 512, 30), run(two_copy, 512, 20), run(two_copy, 512, 0, RunState::failed),
       run(two_copy, 512, 0, RunState::timed_out), run(two_copy, 512, 0, RunState::cancelled), run(one_copy, 512, 99)});
  REQUIRE(summary.configurations.size() == 4);
  CHECK(summary.configurations[0].configuration == Configuration{two_copy, 512, 1});
  CHECK(summary.configurations[1].configuration == Configuration{two_copy, 4096, 1});
  CHECK(summary.configurations[2].configuration == Configuration{zero_copy, 512, 1});
  CHECK(summary.configurations[0].runs_completed == 3);
  CHECK(summary.configurations[0].runs_failed == 2);
  REQUIRE(summary.configurations[0].figures.size() == figure_columns().size());
  const auto& throughput = summary.configurations[0].figures[column("throughput_gbps")];
  REQUIRE(throughput);
  CHECK(throughput->n == 3);
  CHECK(throughput->median == 20);
  CHECK_FALSE(summary.configurations[0].figures[column("bytes")]);
  CHECK(summary.configurations[1].runs_completed == 0);
  CHECK_FALSE(summary.configurations[1].figures[column("throughput_gbps")]);
}

TEST_CASE("flagged runs are included, and counted") {
  SummaryInput doubtful = run(two_copy, 512, 30);
  doubtful.flagged = true;
  const auto summary = summarize(spec_of({two_copy}, {512}), {run(two_copy, 512, 10), doubtful});
  CHECK(summary.configurations[0].runs_completed == 2);
  CHECK(summary.configurations[0].runs_flagged == 1);
  CHECK(summary.configurations[0].figures[column("throughput_gbps")]->n == 2);
}

TEST_CASE("whole numbers are summarised like the others") {
  SummaryInput input = run(two_copy, 512, 1);
  input.figures.bytes = 1000;
  const auto summary = summarize(spec_of({two_copy}, {512}), {input});
  CHECK(summary.configurations[0].figures[column("bytes")]->median == 1000);
}

TEST_CASE("an engine's peak is its highest median") {
  const auto summary = summarize(spec_of({two_copy, one_copy}, {512, 4096}),
                                 {run(two_copy, 512, 1), run(two_copy, 512, 2), run(two_copy, 512, 100),
                                  run(two_copy, 4096, 3), run(one_copy, 512, 0, RunState::failed)});
  REQUIRE(summary.engines.size() == 2);
  CHECK(summary.engines[0].engine == two_copy);
  CHECK(summary.engines[0].configuration == Configuration{two_copy, 4096, 1});
  CHECK(summary.engines[0].throughput_gbps->median == 3);
  CHECK(summary.engines[1].engine == one_copy);
  CHECK_FALSE(summary.engines[1].configuration);
  CHECK_FALSE(summary.engines[1].throughput_gbps);
}
