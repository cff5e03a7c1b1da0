#include "api/fixture.h"

using namespace copybench;

namespace {

Circumstances under(int optmem) {
  return {{kHostName, CircumstanceClass::host, "alpha", "", ""},
          {"net.core.optmem_max", CircumstanceClass::settings, optmem, "bytes", ""}};
}

// Stores an experiment with one run for each of the circumstances.
ExperimentId measured(Served& served, const std::vector<int>& optmems) {
  const auto id = served.queue(static_cast<int>(optmems.size()));
  for (const int optmem : optmems) {
    const auto run = must(served.store->claim_next(under(optmem)));
    REQUIRE(run);
    must(served.store->finish(run->id, {Failed{"a test"}, Json::object(), ""}));
  }
  return id;
}

}  // namespace

TEST_CASE("an experiment has its circumstances once a run of it has begun") {
  Served served;
  const auto queued = served.queue(1);
  CHECK(Json::parse(served.get("/experiments/1").body)["circumstances"].is_null());
  CHECK(problem(served.get("/experiments/1/circumstances"), 404)["type"].get<std::string>().find("no-circumstances") !=
        std::string::npos);
  must(served.store->cancel(queued));

  const auto id = measured(served, {1, 1, 2});
  const auto path = "/experiments/" + std::to_string(id);
  const Json json = Json::parse(served.get(path).body)["circumstances"];
  CHECK(json == Json::parse(served.get(path + "/circumstances").body));
  CHECK(json["facts"][1] == Json{{"name", "net.core.optmem_max"}, {"class", "settings"}, {"value", 1}, {"unit", "bytes"}, {"reason", nullptr}});
  REQUIRE(json["changes"].size() == 1);
  CHECK(json["changes"][0]["from_run_id"].get<int64_t>() == json["from_run_id"].get<int64_t>() + 2);
  CHECK(json["changes"][0]["differences"][0]["head"] == 2);
  CHECK_FALSE(Json::parse(served.get("/experiments").body)["items"][0].contains("circumstances"));
}

TEST_CASE("two experiments' circumstances are compared as of the end") {
  Served served;
  measured(served, {1, 2});
  measured(served, {3});
  measured(served, {2});
  const Json json = Json::parse(served.get("/circumstances/diff?base=1&head=2").body);
  CHECK(json["base"] == Json{{"experiment_id", 1}, {"changes", 1}});
  REQUIRE(json["differences"].size() == 1);
  CHECK(json["differences"][0]["base"] == 2);
  CHECK(json["differences"][0]["head"] == 3);
  CHECK(json["differences"][0]["matters"] == true);
  CHECK(Json::parse(served.get("/circumstances/diff?base=1&head=3").body)["differences"].empty());
}

TEST_CASE("a comparison needs two experiments that have circumstances") {
  Served served;
  measured(served, {1});
  served.queue(1);
  CHECK(problem(served.get("/circumstances/diff"), 400)["errors"].size() == 2);
  CHECK(problem(served.get("/circumstances/diff?base=1&head=x"), 400)["errors"][0]["pointer"] == "?head");
  CHECK(problem(served.get("/circumstances/diff?base=1&head=9"), 404)["errors"][0]["pointer"] == "?head");
  CHECK(problem(served.get("/circumstances/diff?base=2&head=1"), 404)["errors"][0]["pointer"] == "?base");
}
