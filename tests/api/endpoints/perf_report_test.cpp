#include "api/endpoints/perf_report.h"

#include <doctest/doctest.h>

#include "skipped.h"

using namespace copybench;

TEST_CASE("before the probe the report says that, and nothing else") {
  const PerfReport report;
  const Json json = report.report();
  CHECK(json["state"] == "probing");
  for (const char* key : {"usable", "path", "version", "reason", "remedy", "events"}) {
    CHECK(json.contains(key));
    CHECK(json[key].is_null());
  }
  CHECK(report.version().empty());
}

TEST_CASE("a machine without perf is reported with its reason") {
  PerfProbe probe("/nonexistent/perf");
  PerfReport report;
  report.probe(probe);
  const Json json = report.report();
  CHECK(json["state"] == "ready");
  CHECK(json["usable"] == false);
  CHECK_FALSE(json["reason"].get<std::string>().empty());
  CHECK(json["events"].empty());
}

TEST_CASE("the probe's findings are reported unchanged") {
  PerfAvailability availability;
  availability.usable = true;
  availability.path = "/usr/bin/perf";
  availability.version = "6.1";
  EventSupport works, fails;
  works.event = "task-clock";
  works.works = true;
  fails.event = "cycles";
  fails.reason = "not supported";
  const Json json = PerfReport::to_json(availability, {works, fails});
  CHECK(json["usable"] == true);
  CHECK(json["reason"].is_null());
  CHECK(json["events"][0] == Json{{"event", "task-clock"}, {"works", true}, {"reason", nullptr}});
  CHECK(json["events"][1] == Json{{"event", "cycles"}, {"works", false}, {"reason", "not supported"}});
}

TEST_CASE("warnings about events, each at its position") {
  PerfReport report;
  const auto unknown = report.doubts({"task-clock"});
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].pointer == "/events/0");
  CHECK(unknown[0].detail.starts_with("task-clock may have no value"));
  PerfProbe probe("perf");
  report.probe(probe);
  if (!probe.availability().usable) return skipped("perf may not count here: " + probe.availability().reason);
  const auto doubts = report.doubts({"task-clock", "no-such-event-of-copybench"});
  REQUIRE(doubts.size() == 1);
  CHECK(doubts[0].pointer == "/events/1");
  CHECK(doubts[0].detail.starts_with("no-such-event-of-copybench will have no value: unknown to perf"));
}
