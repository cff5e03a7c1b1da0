#include "core/analysis/crossover.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "core/analysis/crossover_json.h"

using namespace copybench;

namespace {

using enum EngineMode;

ExperimentSpec search(uint64_t from = 64, uint64_t to = 1 << 20, const std::string& metric = "throughput_gbps") {
  ExperimentSpec spec;
  spec.engines = {one_copy, zero_copy};
  spec.field_sizes = crossover_grid(from, to);
  spec.threads = {2};
  spec.seed = 7;
  spec.crossover = CrossoverSearch{metric};
  return spec;
}

// Searches to the end; figures_of(run) returns a completed run's figures, or nullopt for a failed run.
template <typename FiguresOf>
std::pair<CrossoverResult, std::vector<SummaryInput>> search_to_end(const ExperimentSpec& spec, FiguresOf figures_of) {
  std::vector<SummaryInput> ended;
  CrossoverResult found = find_crossover(spec, ended);
  for (auto next = next_pairs(spec, found); !next.empty(); next = next_pairs(spec, found)) {
    CHECK(found.state == CrossoverState::searching);
    const int64_t at_most = crossover_runs_at_most(spec, found);
    for (const PlannedRun& planned : next) {
      SummaryInput run{static_cast<RunId>(ended.size() + 1), planned, RunState::failed, {}};
      if (const std::optional<RunFigures> figures = figures_of(planned)) {
        run.state = RunState::completed;
        run.figures = *figures;
      }
      ended.push_back(run);
    }
    REQUIRE(static_cast<int64_t>(ended.size()) <= at_most);
    found = find_crossover(spec, ended);
    CHECK(crossover_runs_at_most(spec, found) <= at_most);
  }
  CHECK(crossover_runs_at_most(spec, found) == static_cast<int64_t>(ended.size()));
  return {found, ended};
}

RunFigures gbps(double value) {
  RunFigures figures;
  figures.throughput_gbps = value;
  return figures;
}

// zero_copy gains `slope` an octave on one_copy and reaches it at `size`; both have noise.
struct Machine {
  double slope;
  double size;
  double noise = 0.02;
  std::mt19937_64 random{2026};
  std::normal_distribution<double> normal{};

  std::optional<RunFigures> operator()(const PlannedRun& run) {
    const double advantage = slope * std::log2(static_cast<double>(run.configuration.field_bytes) / size);
    const double half = run.configuration.engine == zero_copy ? advantage / 2 : -advantage / 2;
    return gbps(10 * std::exp(half + noise * normal(random)));
  }
};

}  // namespace

TEST_CASE("the geometric steps are at most a factor of 4 apart, and include both ends") {
  CHECK(crossover_grid(64, 1 << 20) == std::vector<uint64_t>{64, 256, 1024, 4096, 16384, 65536, 262144, 1048576});
  CHECK(crossover_grid(64, 65) == std::vector<uint64_t>{64, 65});
  CHECK(crossover_grid(100, 1600) == std::vector<uint64_t>{100, 400, 1600});
  const auto odd = crossover_grid(100, 5000);
  CHECK(odd.front() == 100);
  CHECK(odd.back() == 5000);
  for (size_t i = 1; i < odd.size(); ++i) CHECK(static_cast<double>(odd[i]) / static_cast<double>(odd[i - 1]) < 4.1);
}

TEST_CASE("it begins with five pairs at each step, both engines one right after the other") {
  const auto spec = search();
  const auto first = next_pairs(spec, find_crossover(spec, {}));
  REQUIRE(first.size() == 8 * 5 * 2);
  std::set<EngineMode> begins;
  for (size_t i = 0; i < first.size(); i += 2) {
    CHECK(first[i].repetition == i / 16 + 1);
    CHECK(first[i].repetition == first[i + 1].repetition);
    CHECK(first[i].configuration.field_bytes == first[i + 1].configuration.field_bytes);
    CHECK(first[i].configuration.engine != first[i + 1].configuration.engine);
    CHECK(first[i].configuration.threads == 2);
    begins.insert(first[i].configuration.engine);
  }
  CHECK(begins.size() == 2);
  CHECK(first == next_pairs(spec, find_crossover(spec, {})));
}

TEST_CASE("a crossing is located between two sizes a quarter of an octave apart") {
  for (const double size : {700.0, 5000.0, 100000.0}) {
    const auto searched = search_to_end(search(), Machine{0.2, size});
    const auto& found = searched.first;
    REQUIRE(found.state == CrossoverState::found);
    const Crossing& crossing = found.crossings.at(0);
    CHECK(crossing.below == one_copy);
    CHECK(crossing.above == zero_copy);
    CHECK(static_cast<double>(crossing.low) < size);
    CHECK(static_cast<double>(crossing.high) > size);
    CHECK(crossing.size == doctest::Approx(size).epsilon(0.2));
  }
}

TEST_CASE("if lower is better, the crossing is the same and the ratio is as measured") {
  const auto spec = search(64, 65536, "cpu_ns_per_byte");
  const auto [found, ended] = search_to_end(spec, [](const PlannedRun& run) -> std::optional<RunFigures> {
    RunFigures figures;
    const double size = static_cast<double>(run.configuration.field_bytes);
    figures.cpu_ns_per_byte = (run.configuration.engine == one_copy ? 2.0 : 1.0 + 2000 / size) * (1 + 1e-4 * run.repetition);
    return figures;
  });
  REQUIRE(found.state == CrossoverState::found);
  CHECK(found.crossings.at(0).below == one_copy);
  CHECK(found.crossings.at(0).size == doctest::Approx(2000).epsilon(0.1));
  CHECK(*found.path.front().ratio < 1);
  CHECK(found.path.front().ci95->low <= *found.path.front().ratio);
  CHECK(found.path.front().ci95->high >= *found.path.front().ratio);
}

TEST_CASE("one engine better throughout is no crossover") {
  const auto [found, ended] = search_to_end(search(), Machine{0.2, 1});
  CHECK(found.state == CrossoverState::none);
  CHECK(found.crossings.empty());
  CHECK(ended.size() == 80);
  CHECK(std::ranges::all_of(found.path, [](const SizeResult& size) { return size.better == zero_copy; }));
}

TEST_CASE("equal engines are not separated, within the stated error rate") {
  int wrong = 0;
  constexpr int kSearches = 200;
  for (int i = 0; i < kSearches; ++i) {
    Machine machine{0, 1};
    machine.random.seed(static_cast<uint64_t>(i));
    const auto [found, ended] = search_to_end(search(), machine);
    wrong += std::ranges::any_of(found.path, [](const SizeResult& size) { return size.better.has_value(); });
  }
  // 5 % of 200 is 10; 18 of 200 has a probability below 0.01.
  CHECK(wrong < 18);
  const auto [found, ended] = search_to_end(search(), Machine{0, 1});
  CHECK(found.state == CrossoverState::undecided);
  CHECK(ended.size() == 8 * 2 * kMaxPairs);
}

TEST_CASE("several crossings are reported as such") {
  const auto [found, ended] = search_to_end(search(), [](const PlannedRun& run) {
    const double octave = std::log2(static_cast<double>(run.configuration.field_bytes));
    const bool zero_better = octave > 9.3 && octave < 15.2;
    const double own = (run.configuration.engine == zero_copy) == zero_better ? 11 : 9;
    return std::optional(gbps(own + 0.01 * run.repetition));
  });
  CHECK(found.state == CrossoverState::several);
  REQUIRE(found.crossings.size() == 2);
  CHECK(found.crossings[0].above == zero_copy);
  CHECK(found.crossings[1].above == one_copy);
  CHECK(static_cast<double>(found.crossings[1].low) < std::exp2(15.2));
  CHECK(static_cast<double>(found.crossings[1].high) > std::exp2(15.2));
}

TEST_CASE("a size whose runs fail is given up, and the search goes on") {
  const auto [found, ended] = search_to_end(search(), [machine = Machine{0.2, 5000}](const PlannedRun& run) mutable {
    if (run.configuration.field_bytes == 4096 && run.configuration.engine == zero_copy) return std::optional<RunFigures>{};
    return machine(run);
  });
  CHECK(found.state == CrossoverState::found);
  const auto at = std::ranges::find(found.path, 4096u, &SizeResult::field_bytes);
  REQUIRE(at != found.path.end());
  CHECK(at->verdict == SizeVerdict::not_measured);
  CHECK(at->pairs == 0);
  CHECK(at->failed_pairs == 5);
}

TEST_CASE("a metric that this machine cannot measure ends the search with the reason") {
  const auto [found, ended] = search_to_end(search(64, 1024, "cycles_per_byte"), Machine{0.2, 500});
  CHECK(found.state == CrossoverState::undecided);
  CHECK(ended.size() == 2);
  REQUIRE(found.without_figure);
  CHECK(to_json(search(64, 1024, "cycles_per_byte"), found)["without_figure"] == *found.without_figure);
}

TEST_CASE("a counter that some runs lack is still searched by") {
  const auto spec = search(64, 4096, "cycles_per_byte");
  const auto [found, ended] = search_to_end(spec, [](const PlannedRun& run) -> std::optional<RunFigures> {
    RunFigures figures;
    if (run.repetition % 4 == 2) return figures;
    const double size = static_cast<double>(run.configuration.field_bytes);
    figures.cycles_per_byte = (run.configuration.engine == one_copy ? 2.0 : 1.0 + 500 / size) * (1 + 1e-4 * run.repetition);
    return figures;
  });
  CHECK(found.state == CrossoverState::found);
}

TEST_CASE("if every run fails, no size is measured") {
  const auto [found, ended] = search_to_end(search(), [](const PlannedRun&) { return std::optional<RunFigures>{}; });
  CHECK(found.state == CrossoverState::undecided);
  CHECK(std::ranges::all_of(found.path, [](const SizeResult& size) { return size.verdict == SizeVerdict::not_measured; }));
}

TEST_CASE("its JSON has the crossing if it is the only one") {
  const auto spec = search();
  const auto [found, ended] = search_to_end(spec, Machine{0.2, 5000});
  const Json json = to_json(spec, found);
  CHECK(json["state"] == "found");
  CHECK(json["of"] == Json{"one_copy", "zero_copy"});
  CHECK(json["interval"]["low"] == found.crossings[0].low);
  CHECK(json["size_bytes"].get<double>() == doctest::Approx(found.crossings[0].size).epsilon(0.01));
  CHECK(json["path"].size() == found.path.size());
  CHECK(json["path"][0]["verdict"] == "better");
  const Json begun = to_json(spec, find_crossover(spec, {}));
  CHECK(begun["state"] == "searching");
  CHECK(begun["size_bytes"].is_null());
  CHECK(begun["without_figure"].is_null());
  CHECK_FALSE(begun.contains("answer"));
  CHECK(begun["path"][0]["ratio"].is_null());
}
