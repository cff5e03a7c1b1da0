#include "core/analysis/experiment_comparison.h"

#include <doctest/doctest.h>

using namespace copybench;
using doctest::Approx;
using enum EngineMode;

namespace {

const FigureColumn& throughput() { return *find_figure("throughput_gbps"); }

struct Sweep : MeasuredExperiment {
  explicit Sweep(std::vector<EngineMode> engines, std::vector<uint64_t> field_sizes = {512}) {
    spec.engines = std::move(engines);
    spec.field_sizes = std::move(field_sizes);
    spec.threads = {1};
  }
  // Repetitions are numbered from 1.
  Sweep& add(EngineMode engine, const std::vector<double>& gbps, uint64_t field_bytes = 512) {
    uint32_t repetition = 0;
    for (const double value : gbps) {
      SummaryInput run;
      run.planned = {{engine, field_bytes, 1}, ++repetition};
      run.state = RunState::completed;
      run.figures.throughput_gbps = value;
      runs.push_back(run);
    }
    return *this;
  }
};

const std::vector<double> kTen{10.0, 10.1, 10.2, 10.3, 10.4, 10.5};
const std::vector<double> kEleven{11.0, 11.1, 11.2, 11.3, 11.4, 11.5};

}  // namespace

TEST_CASE("configurations are matched; those of one side only are named") {
  const Sweep base = Sweep({two_copy, one_copy}, {512, 1024}).add(two_copy, kTen).add(one_copy, kTen);
  const Sweep head = Sweep({one_copy, zero_copy}, {512}).add(one_copy, kEleven).add(zero_copy, kTen);
  const auto compared = compare_experiments({base}, {head}, throughput(), 0.01);
  CHECK_FALSE(compared.paired);
  REQUIRE(compared.configurations.size() == 1);
  CHECK(compared.configurations[0].configuration == Configuration{one_copy, 512, 1});
  CHECK(compared.configurations[0].comparison.verdict == Verdict::faster);
  CHECK(compared.configurations[0].comparison.n_base == 6);
  CHECK(compared.only_base ==
        std::vector<Configuration>{{two_copy, 512, 1}, {two_copy, 1024, 1}, {one_copy, 1024, 1}});
  CHECK(compared.only_head == std::vector<Configuration>{{zero_copy, 512, 1}});
}

TEST_CASE("runs that did not complete have no value") {
  Sweep base = Sweep({two_copy}).add(two_copy, kTen);
  const Sweep head = Sweep({two_copy}).add(two_copy, kEleven);
  for (SummaryInput& run : base.runs) run.state = RunState::failed;
  const auto compared = compare_experiments({base}, {head}, throughput(), 0.01);
  CHECK(compared.configurations[0].comparison.verdict == Verdict::not_measured);
  CHECK(compared.configurations[0].comparison.n_head == 6);
}

TEST_CASE("several experiments a side are pairs of their medians") {
  std::vector<MeasuredExperiment> base, head;
  for (int i = 0; i < 6; ++i) {
    const double level = 10 + i;
    base.push_back(Sweep({two_copy}).add(two_copy, {level, level * 2, level * 1.01}));
    head.push_back(Sweep({two_copy}).add(two_copy, {level * 0.9}));
  }
  const auto compared = compare_experiments(base, head, throughput(), 0.01);
  CHECK(compared.paired);
  const Comparison& comparison = compared.configurations[0].comparison;
  CHECK(comparison.n_base == 6);
  CHECK(comparison.verdict == Verdict::slower);
  CHECK(comparison.ratio->estimate == Approx(0.9 / 1.01));
}

TEST_CASE("a pair with an experiment that measured nothing is left out") {
  const std::vector<MeasuredExperiment> base{Sweep({two_copy}).add(two_copy, kTen), Sweep({two_copy})};
  const std::vector<MeasuredExperiment> head(2, Sweep({two_copy}).add(two_copy, kTen));
  CHECK(compare_experiments(base, head, throughput(), 0.01).configurations[0].comparison.n_base == 1);
}

TEST_CASE("settings in which two experiments differ are named, except swept ones") {
  Sweep base({two_copy}), head({one_copy}, {4096});
  head.spec.name = "another";
  head.spec.seed = 9;
  head.spec.repetitions = 7;
  CHECK(setting_differences(base.spec, head.spec).empty());
  head.spec.duration = std::chrono::seconds{3};
  head.spec.socket_buffer_bytes = 65536;
  head.spec.pattern = Pattern::request_response;
  const auto differences = setting_differences(base.spec, head.spec);
  REQUIRE(differences.size() == 3);
  CHECK(differences[0] == SettingDifference{"duration_s", 0.0, 3.0, false});
  CHECK(differences[1] == SettingDifference{"pattern", "stream", "request_response", true});
  CHECK(differences[2] == SettingDifference{"socket_buffer_bytes", nullptr, 65536, false});
}

TEST_CASE("an engine wins if it is ahead of each other one") {
  const Sweep sweep = Sweep({two_copy, one_copy, zero_copy})
                          .add(two_copy, {10.0, 10.1, 10.2, 10.3, 10.4, 10.5})
                          .add(one_copy, {12.0, 12.3, 12.1, 12.4, 12.6, 12.2})
                          .add(zero_copy, {8.0, 8.2, 8.1, 8.4, 8.3, 8.5});
  const auto cells = compare_engines(sweep, throughput(), 0.01);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].verdict == CellVerdict::winner);
  CHECK(cells[0].best == one_copy);
  CHECK(cells[0].contenders == std::vector{one_copy});
  REQUIRE(cells[0].pairs.size() == 3);
  CHECK(cells[0].pairs[0].base == two_copy);
  CHECK(cells[0].pairs[0].head == one_copy);
  CHECK(cells[0].pairs[0].comparison.verdict == Verdict::faster);
  CHECK(cells[0].pairs[1].comparison.verdict == Verdict::slower);
  const auto by_cost = compare_engines(sweep, *find_figure("latency_us"), 0.01);
  CHECK(by_cost[0].verdict == CellVerdict::not_measured);
}

TEST_CASE("if two are too close there is no winner; they are the contenders") {
  const Sweep sweep = Sweep({two_copy, one_copy, zero_copy})
                          .add(two_copy, {10.0, 10.4, 10.1, 10.3, 10.2, 10.5, 10.0})
                          .add(one_copy, {10.1, 10.2, 10.3, 10.2, 10.3, 10.4, 10.2})
                          .add(zero_copy, {8.0, 8.2, 8.1, 8.4, 8.3, 8.5, 8.0});
  const auto cells = compare_engines(sweep, throughput(), 0.01);
  CHECK(cells[0].verdict == CellVerdict::undecided);
  CHECK(cells[0].contenders == std::vector{two_copy, one_copy});
  CHECK_FALSE(cells[0].needed);
}

TEST_CASE("with too few repetitions no engine wins, however far ahead") {
  const Sweep sweep = Sweep({two_copy, one_copy}).add(two_copy, {1, 2, 3, 4, 5}).add(one_copy, {100, 200, 300, 400, 500});
  const auto cells = compare_engines(sweep, throughput(), 0.01);
  CHECK(cells[0].verdict == CellVerdict::too_few_repetitions);
  CHECK(cells[0].best == one_copy);
  CHECK(cells[0].needed == 6);
}

TEST_CASE("repetitions that one engine lacks form no pairs; a single engine has no rival") {
  Sweep sweep = Sweep({two_copy, one_copy}, {512, 1024}).add(two_copy, kTen).add(one_copy, {11, 12});
  sweep.add(two_copy, kTen, 1024);
  const auto cells = compare_engines(sweep, throughput(), 0.01);
  REQUIRE(cells.size() == 2);
  CHECK(cells[0].pairs[0].comparison.n_base == 2);
  CHECK(cells[1].verdict == CellVerdict::alone);
  CHECK(cells[1].best == two_copy);
}

TEST_CASE("alternating means that each pair's two follow one another directly, in either order") {
  const auto at = [](const std::vector<int>& seconds) {
    StartTimes starts;
    for (const int s : seconds) starts.emplace_back(UtcTime(std::chrono::seconds{s}));
    return starts;
  };
  CHECK(measured_alternately(at({1, 3, 5}), at({2, 4, 6})));
  CHECK(measured_alternately(at({1, 4, 5}), at({2, 3, 6})));
  CHECK_FALSE(measured_alternately(at({1, 2, 3}), at({4, 5, 6})));
  CHECK_FALSE(measured_alternately(at({1, 2}), at({3, 4})));
  CHECK_FALSE(measured_alternately(at({1, 3, 5}), at({6, 4, 2})));
  StartTimes unstarted = at({1, 3, 2});
  unstarted[2].reset();
  CHECK(measured_alternately(unstarted, at({2, 4, 9})));
}
