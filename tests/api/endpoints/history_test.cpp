#include "api/fixture.h"
#include "core/host/circumstances.h"

using namespace copybench;

namespace {

constexpr const char* kConfiguration = "engine=one_copy&field_bytes=512&threads=1";

void measure(Served& served, double gbps, const char* kernel, const std::string& machine = hashed_machine_id().value_or("m")) {
  ExperimentRequest request;
  request.name = "nightly, \"quiet\"";
  request.engines = {EngineMode::one_copy};
  request.field_sizes = {512};
  request.threads = {1};
  must(served.store->enqueue(must_plan(request), std::nullopt, nullptr));
  const auto run = must(served.store->claim_next({{kMachineId, CircumstanceClass::host, machine, "", ""},
                                                  {"kernel.release", CircumstanceClass::kernel, kernel, "", ""}}));
  REQUIRE(run);
  RunResult result = completed_run(gbps + 0.01 * static_cast<double>(run->experiment_id % 4));
  if (run->experiment_id == 1) result.flags = {{FlagKind::drift, "Throughput drifted."}};
  must(served.store->finish(run->id, result));
}

}  // namespace

TEST_CASE("a configuration's figure over all experiments, with its change points") {
  Served served;
  for (int i = 0; i < 8; ++i) measure(served, 10, "6.1");
  for (int i = 0; i < 8; ++i) measure(served, 9, "6.2");
  if (hashed_machine_id()) measure(served, 5, "6.2", "another");
  const Json json = served.get(std::string("/history?") + kConfiguration).json();
  CHECK(json["engine"] == "one_copy");
  CHECK(json["metric"] == "throughput_gbps");
  CHECK(json["other_hosts"] == (hashed_machine_id() ? 1 : 0));
  REQUIRE(json["series"].size() == 1);
  const Json& series = json["series"][0];
  CHECK(series["points"].size() == 16);
  CHECK(series["points"][0]["runs_flagged"] == 1);
  CHECK(series["points"][1]["runs_flagged"] == 0);
  REQUIRE(series["change_points"].size() == 1);
  const Json& change = series["change_points"][0];
  CHECK(change["experiment_id"] == 9);
  CHECK(change["previous_experiment_id"] == 8);
  CHECK(change["ratio"] == doctest::Approx(0.9).epsilon(0.01));
  REQUIRE(change["differences"].size() == 1);
  CHECK(change["differences"][0]["name"] == "kernel.release");

  const Answer csv = served.get(std::string("/history.csv?") + kConfiguration);
  CHECK(csv.header("content-type").starts_with("text/csv"));
  CHECK(csv.body.starts_with("series,experiment_id,name,started_at,n,median,min,max,change_point_p,runs_flagged,imported\r\n"));
  CHECK(csv.body.find(",,1,0\r\n") != std::string::npos);
  CHECK(std::count(csv.body.begin(), csv.body.end(), '\n') == 17);
  CHECK(csv.body.find("1,9,\"nightly, \"\"quiet\"\"\",") != std::string::npos);
  CHECK(served.get(std::string("/history?metric=cpu_ns_per_byte&") + kConfiguration).json()["series"].empty());
  CHECK(served.get("/history?engine=two_copy&field_bytes=512&threads=1").json()["series"].empty());
}

TEST_CASE("a history without its configuration is rejected, each missing part named") {
  Served served;
  const Json refused = problem(served.get("/history?engine=x&threads=0&metric=bytes"), 400);
  std::string pointers;
  for (const Json& error : refused["errors"]) pointers += error["pointer"].get<std::string>();
  CHECK(pointers == "?engine?metric?threads?field_bytes");
}

TEST_CASE("an imported experiment enters no history unless requested, and never a machine's last figures") {
  Served here, there;
  measure(here, 10, "6.1");
  measure(there, 20, "6.1");
  CHECK(here.client->send_body("POST", "/experiments/import", "application/x-ndjson",
                               there.get("/experiments/1/export.ndjson").body).status == 201);
  const std::string path = std::string("/history?") + kConfiguration;
  const Json own = here.get(path).json();
  REQUIRE(own["series"].size() == 1);
  CHECK(own["series"][0]["points"].size() == 1);
  CHECK(own["series"][0]["points"][0]["imported"] == false);
  const bool named = hashed_machine_id().has_value();  // otherwise the import cannot be recognized as this host's
  CHECK(own["imported_left_out"] == (named ? 1 : 0));
  const Json both = here.get(path + "&imported=1").json();
  CHECK(both["series"][0]["points"].size() == (named ? 2 : 1));
  if (named) CHECK(both["series"][0]["points"][1]["imported"] == true);
  problem(here.get(path + "&imported=x"), 400);
  const std::string metrics = here.get("/metrics").body;
  CHECK(metrics.find("copybench_last_run_id{engine=\"one_copy\"} 1\n") != std::string::npos);
  CHECK(metrics.find("copybench_runs{state=\"completed\"} 1\n") != std::string::npos);
}
