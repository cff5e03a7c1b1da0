#include "core/analysis/history.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

HistoryExperiment experiment(ExperimentId id, double level, const char* machine = "a", const char* kernel = "6.1") {
  HistoryExperiment one;
  one.id = id;
  one.spec.name = "nightly";
  one.spec.seed = static_cast<uint64_t>(id);
  const double off = 0.01 * static_cast<double>(id % 3);
  one.values = {level + off + 0.1, level + off, level + off - 0.1};
  one.circumstances = {{kMachineId, CircumstanceClass::host, machine, "", ""},
                       {"kernel.release", CircumstanceClass::kernel, kernel, "", ""}};
  return one;
}

}  // namespace

TEST_CASE("a change of level is reported with both levels and with the other changes at that point") {
  std::vector<HistoryExperiment> all;
  for (ExperimentId id = 1; id <= 16; ++id) all.push_back(experiment(id, id <= 8 ? 10 : 9, "a", id <= 8 ? "6.1" : "6.2"));
  all[0].flagged = 2;
  const History history = history_of(all, "a");
  REQUIRE(history.series.size() == 1);
  const HistorySeries& series = history.series[0];
  REQUIRE(series.points.size() == 16);
  CHECK(series.points[0].n == 3);
  CHECK(series.points[0].flagged == 2);
  CHECK(series.points[1].flagged == 0);
  CHECK(series.points[0].median == doctest::Approx(10.01));
  CHECK(series.points[0].min == doctest::Approx(9.91));
  REQUIRE(series.changes.size() == 1);
  CHECK(series.changes[0].index == 8);
  CHECK(series.changes[0].before == doctest::Approx(10.01));
  CHECK(series.changes[0].after == doctest::Approx(9.01));
  REQUIRE(series.changes[0].differences.size() == 1);
  CHECK(series.changes[0].differences[0].name == "kernel.release");
  CHECK_FALSE(series.settings.contains("seed"));
}

TEST_CASE("other settings form another series, other machines are left out") {
  std::vector<HistoryExperiment> all;
  for (ExperimentId id = 1; id <= 6; ++id) all.push_back(experiment(id, 10, id == 2 ? "b" : "a"));
  all[3].spec.tcp_nodelay = true;
  const History history = history_of(all, "a");
  CHECK(history.other_hosts == 1);
  REQUIRE(history.series.size() == 2);
  CHECK(history.series[0].points.size() == 4);
  CHECK(history.series[1].points.size() == 1);
  CHECK(history.series[1].settings["tcp_nodelay"] == true);
}

TEST_CASE("without experiments there is no history") { CHECK(history_of({}, "a").series.empty()); }

TEST_CASE("this host is the daemon's, not the newest experiment's; runs without an id count unless imported") {
  std::vector<HistoryExperiment> all{experiment(1, 10), experiment(2, 10, "b"), experiment(3, 10), experiment(4, 10)};
  all[1].imported = true;
  all[2].circumstances.clear();
  all[3].circumstances.clear();
  all[3].imported = true;
  const auto ids = [&](const std::optional<std::string>& here) {
    std::vector<ExperimentId> found;
    for (const HistorySeries& series : history_of(all, here).series) {
      for (const HistoryPoint& point : series.points) found.push_back(point.experiment);
    }
    return found;
  };
  CHECK(ids("a") == std::vector<ExperimentId>{1, 3});
  CHECK(history_of(all, "a").other_hosts == 2);
  CHECK(ids("b") == std::vector<ExperimentId>{3});
  CHECK(ids(std::nullopt) == std::vector<ExperimentId>{1, 3});
}

TEST_CASE("an import that names this host is left out, or marked if requested") {
  std::vector<HistoryExperiment> all{experiment(1, 10), experiment(2, 10), experiment(3, 10)};
  all[1].imported = true;
  const History own = history_of(all, "a");
  CHECK(own.imported == 1);
  CHECK(own.other_hosts == 0);
  REQUIRE(own.series.size() == 1);
  CHECK(own.series[0].points.size() == 2);
  const History with_them = history_of(all, "a", ImportedPoints::marked);
  CHECK(with_them.imported == 0);
  REQUIRE(with_them.series.size() == 1);
  REQUIRE(with_them.series[0].points.size() == 3);
  CHECK_FALSE(with_them.series[0].points[0].imported);
  CHECK(with_them.series[0].points[1].imported);
}
