#include <set>
#include <sstream>
#include <vector>

#include "api/fixture.h"
#include "api/response/csv.h"

using namespace copybench;

TEST_CASE("runs are listed in measuring order, page by page") {
  Served served;
  served.queue(5);
  std::vector<int> repetitions;
  std::string cursor;
  do {
    const Json page = served.get("/experiments/1/runs?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
    for (const Json& item : page["items"]) repetitions.push_back(item["repetition"]);
    cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
  } while (!cursor.empty());
  CHECK(repetitions == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a run has figures, label, reasons, evidence and links") {
  Served served;
  served.queue(1);
  const ClaimedRun run = served.complete_next();
  const Json json = served.get(fmt::format("/runs/{}", run.id)).json();
  CHECK(json["experiment_id"] == 1);
  CHECK(json["engine"] == "zero_copy");
  CHECK(json["message_bytes"] == 8 * 4096);
  CHECK(json["state"] == "completed");
  CHECK(json["throughput_gbps"] == 2.5);
  CHECK(json["cpu_cycles"].is_null());
  CHECK(json["missing"]["cpu_cycles"] == "not supported");
  CHECK(json["missing_codes"]["cpu_cycles"]["code"] == "not_counted");
  CHECK_FALSE(json["missing"].contains("bytes"));
  CHECK(json["zerocopy"] == "requested, copied by the kernel");
  CHECK(json["evidence"]["counters"].size() == 1);
  CHECK(json["started_at"].is_string());
  CHECK(served.get(json["links"]["experiment"].get<std::string>()).status == 200);
  const Answer perf = served.get(json["links"]["perf"].get<std::string>());
  CHECK(perf.header("content-type") == "text/plain; charset=utf-8");
  CHECK(perf.body == "{\"event\" : \"cpu-cycles\"}\n");
}

TEST_CASE("a run without perf's output has no text, and gives the reason") {
  Served served;
  served.queue(2);
  const auto detail = [&](RunId run) {
    const Json json = problem(served.get(fmt::format("/runs/{}/perf", run)), 404);
    CHECK(json["type"] == "urn:copybench:problem:no-perf");
    return json["detail"].get<std::string>();
  };
  CHECK(detail(1) == "there is nothing that perf printed for this run: the run waits to be measured");
  const ClaimedRun run = served.claim();
  CHECK(detail(run.id).ends_with("the run is being measured"));
  RunResult result{Completed{}, Json::object(), ""};
  result.evidence["perf"] = {{"used", false}, {"version", nullptr}, {"reason", "perf is not installed"}};
  must(served.store->finish(run.id, result));
  CHECK(detail(run.id).ends_with(": perf is not installed"));
  CHECK(served.get(fmt::format("/runs/{}", run.id)).json()["evidence"]["perf"]["reason"] == "perf is not installed");
  problem(served.get("/runs/99/perf"), 404);
}

TEST_CASE("the CSV has every ended run and no other") {
  Served served;
  served.queue(4);
  served.complete_next();
  must(served.store->finish(served.claim().id, RunResult{Failed{"no"}, Json::object(), ""}));
  served.claim();
  const Answer answer = served.get("/experiments/1/results.csv");
  CHECK(answer.status == 200);
  CHECK(answer.whole);
  CHECK(answer.header("content-type").starts_with("text/csv"));
  CHECK(answer.header("content-disposition") == "attachment; filename=\"copybench-experiment-1.csv\"");
  std::istringstream lines(answer.body);
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] + "\n" == csv_header());
  CHECK(rows[1].find(",completed,3,2.5,") != std::string::npos);
  CHECK(rows[2].find(",failed,,") != std::string::npos);
}

TEST_CASE("a long CSV is complete") {
  Served served;
  ExperimentRequest request;
  request.engines = {EngineMode::two_copy};
  request.field_sizes.emplace();
  for (int i = 0; i < 25; ++i) request.field_sizes->push_back(64 + i);
  request.threads = {1};
  request.repetitions = 100;
  must(served.store->enqueue(must_plan(request), std::nullopt, nullptr));
  must(served.store->cancel(1));
  const Answer answer = served.get("/experiments/1/results.csv");
  CHECK(answer.whole);
  CHECK(std::count(answer.body.begin(), answer.body.end(), '\n') == 2501);
}

TEST_CASE("the summary has each configuration and each engine's peak") {
  Served served;
  served.queue(3);
  for (int i = 0; i < 3; ++i) served.complete_next();
  const Json json = served.get("/experiments/1/summary").json();
  CHECK(json["state"] == "completed");
  REQUIRE(json["configurations"].size() == 1);
  const Json& configuration = json["configurations"][0];
  CHECK(configuration["runs_completed"] == 3);
  const Json& throughput = configuration["figures"]["throughput_gbps"];
  CHECK(throughput["n"] == 3);
  CHECK(throughput["median"] == 3.5);
  CHECK(throughput["min"] == 2.5);
  CHECK(throughput["max"] == 4.5);
  CHECK(throughput["ci95_mean"]["low"].get<double>() < 3.5);
  CHECK(throughput["ci95_mean"]["method"] == "Student's t");
  CHECK(throughput["ci95_median"] ==
        Json{{"low", 2.5}, {"high", 4.5}, {"coverage", 0.75}, {"method", "lowest to highest value"}});
  CHECK(throughput["cv"].get<double>() == doctest::Approx(1 / 3.5));
  CHECK(throughput["outliers"] == Json::array());
  CHECK(configuration["figures"]["cpu_cycles"].is_null());
  REQUIRE(json["engines"].size() == 1);
  CHECK(json["engines"][0]["configuration"]["field_bytes"] == 4096);
  CHECK(json["engines"][0]["throughput_gbps"]["median"] == 3.5);
}

TEST_CASE("the summary of an unmeasured experiment is empty, not wrong") {
  Served served;
  served.queue(1);
  const Json json = served.get("/experiments/1/summary").json();
  CHECK(json["engines"][0]["configuration"].is_null());
  CHECK(json["engines"][0]["throughput_gbps"].is_null());
}

TEST_CASE("a heavy response is reused until the store changes") {
  Served served;
  served.queue(2);
  served.complete_next();
  const Answer first = served.get("/experiments/1/summary");
  CHECK(first.json()["configurations"][0]["runs_completed"] == 1);
  const Answer again = served.get("/experiments/1/summary");
  CHECK(again.body == first.body);
  CHECK(again.header("content-type") == first.header("content-type"));
  served.complete_next();
  CHECK(served.get("/experiments/1/summary").json()["configurations"][0]["runs_completed"] == 2);
  must(served.store->erase(1));
  problem(served.get("/experiments/1/summary"), 404);
}
