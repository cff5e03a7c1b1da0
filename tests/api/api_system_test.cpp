#include "fixture.h"

using namespace copybench;

TEST_CASE("the system is described, honestly also while perf is being asked") {
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

TEST_CASE("health is well while nothing is wrong") {
  Served served;
  const Answer answer = served.get("/healthz");
  CHECK(answer.status == 200);
  CHECK(answer.json() ==
        Json::parse(R"({"status": "ok", "store": {"last_write_error": null}, "scheduler": {"paused_reason": null}})"));
}
