#include "api/endpoints/readiness.h"

#include <algorithm>

#include "api/fixture.h"

using namespace copybench;

namespace {

ReadinessCheck named(const std::vector<ReadinessCheck>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const auto& check) { return check.name == name; });
  REQUIRE(found != checks.end());
  return *found;
}

}  // namespace

TEST_CASE("ready while all is well, degraded without an optional part, else not ready") {
  const ReadinessCheck well{"store", true}, limited{"perf", false, "no perf", "install it"}, broken{"disk", true, "full"};
  CHECK(readiness_of({well}) == Readiness::ready);
  CHECK(readiness_of({well, limited}) == Readiness::degraded);
  CHECK(readiness_of({well, limited, broken}) == Readiness::not_ready);
  const Json json = readiness_json({well, limited, broken});
  CHECK(json["status"] == "not_ready");
  CHECK(json["checks"][0] ==
        Json{{"code", "store"}, {"name", "store"}, {"ok", true}, {"needed", true}, {"reason", nullptr}, {"remedy", nullptr},
             {"note", nullptr}});
  CHECK(json["checks"][1]["remedy"] == "install it");
  CHECK(json["checks"][2]["reason"] == "full");
}

TEST_CASE("perf's state comes with its remedy, and is optional") {
  Backend backend;
  const ApiContext context = backend.context();
  CHECK_FALSE(named(read_readiness(context), "perf").ok());  // probe in progress
  PerfProbe none("/nonexistent/perf");
  backend.perf_report.probe(none);
  const ReadinessCheck perf = named(read_readiness(context), "perf");
  CHECK_FALSE(perf.needed);
  CHECK(perf.reason.find("/nonexistent/perf") != std::string::npos);
  CHECK_FALSE(perf.remedy.empty());
  for (const char* name : {"store", "disk", "queue"}) CHECK(named(read_readiness(context), name).ok());
}

TEST_CASE("a missing data directory cannot store") {
  Backend backend;
  std::filesystem::remove_all(backend.directory.path());
  const ReadinessCheck disk = named(read_readiness(backend.context()), "disk");
  CHECK_FALSE(disk.ok());
  CHECK_FALSE(disk.remedy.empty());
}
