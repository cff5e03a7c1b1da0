#include "api/response/run_json.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace copybench;

TEST_CASE("a run's keys begin with the columns of the CSV, in their order") {
  const Json json = run_json(RunRow{});
  auto key = json.begin();
  for (const auto name : identity_columns()) CHECK((key++).key() == name);
  for (const FigureColumn& column : figure_columns()) CHECK((key++).key() == column.name);
}

TEST_CASE("missing values and values that are not finite are null") {
  RunRow run;
  run.figures.throughput_gbps = std::nan("");
  run.figures.latency_us = INFINITY;
  run.figures.bytes = 0;
  const Json json = run_json(run);
  CHECK(json["throughput_gbps"].is_null());
  CHECK(json["latency_us"].is_null());
  CHECK(json["messages"].is_null());
  CHECK(json["bytes"] == 0);
  CHECK(json["zerocopy"].is_null());
  CHECK(json["started_at"].is_null());
}

TEST_CASE("evidence that is not JSON becomes an empty object") {
  RunRecord run;
  run.evidence_json = "{\"broken";
  CHECK(run_json(run)["evidence"] == Json::object());
  run.evidence_json = R"({"a": 1})";
  CHECK(run_json(run)["evidence"]["a"] == 1);
}
