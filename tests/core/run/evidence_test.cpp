#include "core/run/evidence.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("the results of stages that were not reached are null in a run's evidence, with the reasons") {
  RunEvidence evidence;
  evidence.not_counted = "there is no program perf";
  const Json json = to_json(evidence);
  CHECK(json["windows_ns"]["client"].is_null());
  CHECK(json["windows_ns"]["server"].is_null());
  CHECK(json["windows_ns"]["perf_shortest"].is_null());
  CHECK(json["counters"] == Json::array());
  CHECK(json["perf"] == Json{{"used", false}, {"version", nullptr}, {"reason", "there is no program perf"}});
  CHECK(json["server"]["cpu_ns"].is_null());
  CHECK(json["server"]["connections"].is_null());
  CHECK(json["latency_histogram"].is_null());
  CHECK(json["samples"]["bytes"].is_null());
  CHECK(json["noise"].is_null());
  CHECK(json["steadiness"]["judged"] == false);
  CHECK(json["steadiness"]["reason"] == "the window did not end");
}

TEST_CASE("a run's evidence has the amounts between the marks, and perf's times if it counted") {
  RunEvidence evidence;
  evidence.counted = true;
  evidence.perf_version = "6.1";
  evidence.requests = 3;
  Measurement& measurement = evidence.measurement;
  measurement.configuration = {EngineMode::zero_copy, 64, 1};
  measurement.load_opened["monotonic_ns"] = 100;
  measurement.load_closed["monotonic_ns"] = 600;
  for (const char* key : {"monotonic_ns", "cpu_ns", "rusage_cpu_ns", "bytes", "messages"}) {
    measurement.engine_opened[key] = 10;
    measurement.engine_closed[key] = 50;
  }
  measurement.engine_result["totals"]["zerocopy_sends"] = 7;
  measurement.load_result["latency"]["histogram"] = Json::array({1, 2});
  measurement.counting = {Nanoseconds{480}, Nanoseconds{520}};
  const Json json = to_json(evidence);
  CHECK(json["windows_ns"]["client"] == 500);
  CHECK(json["windows_ns"]["server"] == 40);
  CHECK(json["windows_ns"]["perf_shortest"] == 480);
  CHECK(json["windows_ns"]["perf_longest"] == 520);
  CHECK(json["perf"]["version"] == "6.1");
  CHECK(json["perf"]["reason"].is_null());
  CHECK(json["server"]["bytes"] == 40);
  CHECK(json["zerocopy"]["zerocopy_sends"] == 7);
  CHECK(json["latency_histogram"].size() == 2);
  CHECK(json["requests_in_window"] == 3);
}
