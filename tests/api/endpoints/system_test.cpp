#include "api/fixture.h"

using namespace copybench;

TEST_CASE("the system is described, also while perf is being probed") {
  Served served;
  const Json before = served.get("/system").json();
  CHECK(before["perf"]["state"] == "probing");
  CHECK(before["perf"]["usable"].is_null());
  CHECK(before["versions"]["perf"].is_null());
  for (const char* key : {"hostname", "kernel", "cpu"}) CHECK(before.contains(key));
  for (const char* key : {"copybench", "compiler", "sqlite", "httplib"}) CHECK(before["versions"][key].is_string());
  PerfProbe probe("/nonexistent/perf");
  served.perf_report.probe(probe);
  const Json after = served.get("/system").json();
  CHECK(after["perf"]["state"] == "ready");
  CHECK(after["perf"]["usable"] == false);
}

TEST_CASE("health is ok while nothing fails") {
  Served served;
  const Answer answer = served.get("/healthz");
  CHECK(answer.status == 200);
  Json health = answer.json();
  CHECK(health["uptime_s"].get<double>() >= 0);
  CHECK(health["version"].is_string());
  health.erase("uptime_s");
  health.erase("version");
  CHECK(health == Json::parse(R"({"status": "ok", "store": {"last_write_error": null, "posts_refused_reason": null},
                                  "scheduler": {"paused_reason": null}})"));
}

TEST_CASE("readiness reports each check") {
  Served served;
  const Answer answer = served.get("/readyz");
  CHECK(answer.status == 200);
  CHECK(answer.json()["status"] == "degraded");  // perf has not been probed yet
  const Json readiness = answer.json();
  for (const Json& check : readiness["checks"]) {
    CAPTURE(check.dump());
    CHECK(check["ok"] == check["reason"].is_null());
    if (check["name"] == "perf") CHECK_FALSE(check["needed"].get<bool>());
    if (check["needed"]) CHECK(check["ok"]);
  }
}

TEST_CASE("metrics count stored experiments and responses") {
  Served served;
  served.queue(3);
  served.complete_next();
  served.get("/nothing");
  const Answer answer = served.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"copybench_queue_runs 2\n", "copybench_runs{state=\"completed\"} 1\n", "copybench_experiments{state=\"running\"} 1\n",
        "copybench_paused 0\n", "copybench_http_requests_total{code=\"404\"} 1\n", "copybench_event_streams 0\n",
        "copybench_last_run_id{engine=\"zero_copy\"} 1\n", "copybench_last_run_window_s{engine=\"zero_copy\"} 3\n",
        "copybench_store_write_failing{kind=\"full\"} 0\n"}) {
    CAPTURE(line);
    CHECK(answer.body.find(line) != std::string::npos);
  }
  CHECK(answer.body.find("copybench_last_run_latency_us{") == std::string::npos);  // the run has none
}
