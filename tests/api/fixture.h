// The whole API on a free port, with a real store in its own directory. The scheduler is not started: tests claim and finish runs
// in its place.
#pragma once

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "api/http/listener.h"
#include "api/server.h"
#include "core/analysis/adaptive.h"
#include "core/model/plan.h"
#include "core/store/reader_pool.h"
#include "http_client.h"

namespace copybench {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "copybench-api-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::shared_ptr<spdlog::logger> silent_logger() {
  return std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
}

template <typename Result>
auto must(Result result) {
  if (!result) FAIL(result.error().message);
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*result);
}

inline Plan must_plan(const ExperimentRequest& request) {
  auto plan = make_plan(request, PlanContext{{0, 1}, 7});
  REQUIRE(plan);
  return std::move(*plan);
}

// A completed run of one connection in a window of 3 s, with the evidence that each version has stored with it.
inline RunResult completed_run(double gbps) {
  constexpr int64_t kWindowNs = 3'000'000'000;
  RunFigures figures;
  figures.window_s = 3.0;
  figures.throughput_gbps = gbps;
  figures.bytes = std::llround(gbps * 3.0 / 8 * 1e9);
  const Json connections = Json::array({nullptr});
  RunResult result{Completed{figures}, Json::object(), ""};
  result.evidence["windows_ns"] = {{"client", kWindowNs}, {"server", kWindowNs}};
  result.evidence["counters"] = Json::array();
  result.evidence["server"] = {
      {"cpu_ns", 1'000'000'000}, {"bytes", *figures.bytes}, {"messages", 1}, {"connections", connections}};
  result.evidence["client"]["connections"] = connections;
  result.evidence["machine_cpu"]["busy_ns"] = 2'000'000'000;
  result.evidence["latency_histogram"] = Json::array();
  result.evidence["samples"] = {{"every_ms", 100}, {"bytes", Json::array()}};
  return result;
}

// The server's dependencies.
struct Backend {
  TemporaryDirectory directory;
  std::unique_ptr<Store> store = must(Store::open(directory.path(), advise));
  std::unique_ptr<ReaderPool> readers = must(ReaderPool::open(store->database_path(), 3));
  PerfProbe perf{"perf"};
  PerfReport perf_report;
  ChangeNotifier changed;
  ActivityCounter activity{0};
  Scheduler scheduler{SchedulerOptions{}, *store, perf, changed, activity};

  ApiContext context() { return {*store, *readers, scheduler, perf_report, changed, activity, silent_logger()}; }

  ExperimentId queue(int runs, const std::string& name = "test") {
    ExperimentRequest request;
    request.name = name;
    request.engines = {EngineMode::zero_copy};
    request.field_sizes = {4096};
    request.threads = {1};
    request.repetitions = runs;
    return must(store->enqueue(must_plan(request), std::nullopt, nullptr)).id;
  }
  ClaimedRun claim() {
    const auto run = must(store->claim_next({{"kernel.release", CircumstanceClass::kernel, "6.1", "", ""}}));
    REQUIRE(run);
    return *run;
  }
  // Claims and completes the next run of the queue.
  ClaimedRun complete_next() {
    const ClaimedRun run = claim();
    RunResult result = completed_run(1.5 + static_cast<double>(run.planned.repetition));
    RunFigures& figures = std::get<Completed>(result.outcome).figures;
    figures.zerocopy_sends = 10;
    figures.zerocopy_completions = 10;
    figures.zerocopy_copied = 10;
    result.evidence["counters"] =
        Json::array({{{"event", "cpu-cycles"}, {"value", nullptr}, {"reason", "not supported"}}});
    result.perf_raw = "{\"event\" : \"cpu-cycles\"}\n";
    must(store->finish(run.id, result));
    changed.raise();
    return run;
  }
};

struct Served : Backend {
  explicit Served(ApiOptions options = {}) {
    options.listen = "127.0.0.1:0";
    server = ApiServer::create(options, context());
    address = must(server->bind());
    must(server->start());
    client.emplace(must(parse_listen_address(address)).port);
  }

  std::unique_ptr<ApiServer> server;
  std::string address;
  std::optional<HttpClient> client;

  Answer get(std::string_view path, std::string_view headers = "") { return client->get(path, headers); }
  Answer post(std::string_view path, std::string_view body, std::string_view headers = "") {
    return client->post(path, body, headers);
  }
  Answer request(std::string_view method, std::string_view path, std::string_view headers = "") {
    return client->request(method, path, headers);
  }
};

// Checks the form of a problem document and returns it.
inline Json problem(const Answer& answer, int status) {
  CHECK(answer.status == status);
  CHECK(answer.header("content-type") == "application/problem+json");
  CHECK(answer.whole);
  const Json json = Json::parse(answer.body, nullptr, false);
  REQUIRE(json.is_object());
  CHECK(json["status"] == status);
  for (const char* key : {"type", "title", "detail"}) CHECK_FALSE(json[key].get<std::string>().empty());
  CHECK(json["errors"].is_array());
  return json;
}

}  // namespace copybench
