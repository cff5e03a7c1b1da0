#include <set>
#include <thread>
#include <vector>

#include "api/fixture.h"

using namespace copybench;

namespace {

constexpr std::string_view kQuick = R"({"preset": "quick", "seed": 7, "server_cpus": "none", "client_cpus": "none"})";

// The parts of an experiment without runs that are the same in every response.
Json without_circumstances(const Answer& experiment) {
  Json json = experiment.json();
  CHECK(json["circumstances"].is_null());
  json.erase("circumstances");
  return json;
}

}  // namespace

TEST_CASE("an experiment is queued, acknowledged and can be read") {
  Served served;
  const Answer answer = served.post("/experiments", kQuick);
  CHECK(answer.status == 202);
  CHECK(answer.header("location") == "/experiments/1");
  CHECK(answer.header("content-type") == "application/json");
  const Json json = answer.json();
  CHECK(json["id"] == 1);
  CHECK(json["name"] == "quick");
  CHECK(json["state"] == "queued");
  CHECK(json["runs_total"] == 12);
  CHECK(json["estimated_duration_s"].get<double>() > 12 * 3);
  CHECK(json["progress"]["runs_done"] == 0);
  CHECK(json["progress"]["runs_total"] == 12);
  CHECK(json["progress"]["queue_position"] == 0);
  CHECK(json["progress"]["eta_s"] == json["estimated_duration_s"]);
  CHECK(json["progress"]["current"].is_null());
  CHECK(json["spec"]["field_sizes"] == Json::array({512, 4096}));
  CHECK(json["links"]["csv"] == "/experiments/1/results.csv");
  CHECK(without_circumstances(served.get("/experiments/1")) == json);
}

TEST_CASE("a dry run expands and stores nothing, whatever its key") {
  Served served;
  const Answer answer = served.post("/experiments?dry_run=1", kQuick, "Idempotency-Key: k\r\n");
  CHECK(answer.status == 200);
  const Json json = answer.json();
  CHECK(json["dry_run"] == true);
  CHECK(json["runs_total"] == 12);
  CHECK(json["runs"].size() == 12);
  CHECK(json["runs"][0]["message_bytes"] == json["runs"][0]["field_bytes"].get<int>() * 8);
  CHECK(json["spec"]["seed"] == 7);
  CHECK(served.get("/experiments").json()["items"].empty());
  problem(served.post("/experiments?dry_run=1", R"({"preset": "slow"})"), 400);
  CHECK(served.post("/experiments", R"({"preset": "full"})", "Idempotency-Key: k\r\n").status == 202);
}

TEST_CASE("a request can be validated without an error status") {
  Served served;
  const Json good = served.post("/experiments/validate", kQuick).json();
  CHECK(good["valid"] == true);
  CHECK(good["errors"].empty());
  CHECK(good["plan"]["runs_total"] == 12);
  CHECK(good["plan"]["warnings"].empty());
  const Answer answer = served.post("/experiments/validate", R"({"preset": "quick", "threads": [0], "order": "x"})");
  CHECK(answer.status == 200);
  const Json bad = answer.json();
  CHECK(bad["valid"] == false);
  CHECK(bad["plan"].is_null());
  CHECK(bad["errors"] ==
        problem(served.post("/experiments", R"({"preset": "quick", "threads": [0], "order": "x"})"), 400)["errors"]);
  const Json warned = served.post("/experiments/validate", R"({"preset": "quick", "events": ["no-such-event"]})").json();
  CHECK(warned["valid"] == true);
  CHECK(warned["plan"]["warnings"][0]["pointer"] == "/events/0");
  problem(served.post("/experiments/validate", "[]"), 400);
  CHECK(served.get("/experiments").json()["items"].empty());
}

TEST_CASE("bad requests name every bad field and store nothing") {
  Served served;
  const Json query = problem(served.get("/experiments?limit=x&cursor=y&foo=1"), 400);
  CHECK(query["errors"].size() == 3);
  const Json refused =
      problem(served.post("/experiments", R"({"preset": "quick", "threads": [0], "colour": 1, "order": "x"})"), 400);
  std::set<std::string> pointers;
  for (const Json& error : refused["errors"]) pointers.insert(error["pointer"]);
  CHECK(pointers == std::set<std::string>{"/threads/0", "/colour", "/order"});
  CHECK(problem(served.post("/experiments", "{\"preset\": \"quick\"} x"), 400)["type"] ==
        "urn:copybench:problem:broken-json");
  CHECK(served.get("/experiments").json()["items"].empty());
}

TEST_CASE("a key repeats the first response byte by byte, also after the experiment progressed") {
  Served served;
  const Answer first = served.post("/experiments", kQuick, "Idempotency-Key: a key\r\n");
  CHECK(first.status == 202);
  served.complete_next();
  // The same request in another spelling.
  const Answer again = served.post(
      "/experiments", "{\"seed\":7.0,\"client_cpus\":\"none\",\"server_cpus\":\"none\",\"preset\":\"quick\"}",
      "Idempotency-Key: a key\r\n");
  CHECK(again.status == 202);
  CHECK(again.body == first.body);
  CHECK(again.header("location") == "/experiments/1");
  CHECK(served.get("/experiments").json()["items"].size() == 1);
  problem(served.post("/experiments", R"({"preset": "full"})", "Idempotency-Key: a key\r\n"), 422);
  CHECK(served.post("/experiments", kQuick, "Idempotency-Key: another\r\n").header("location") == "/experiments/2");
}

TEST_CASE("one key in many concurrent requests makes one experiment") {
  Served served;
  std::vector<Answer> answers(8);
  {
    std::vector<std::jthread> threads;
    for (Answer& answer : answers) {
      threads.emplace_back([&] { answer = served.post("/experiments", kQuick, "Idempotency-Key: k\r\n"); });
    }
  }
  for (const Answer& answer : answers) {
    CHECK(answer.status == 202);
    CHECK(answer.body == answers[0].body);
  }
  CHECK(served.get("/experiments").json()["items"].size() == 1);
}

TEST_CASE("invalid keys are rejected") {
  Served served;
  const std::string long_key = "Idempotency-Key: " + std::string(256, 'k') + "\r\n";
  for (const std::string& header :
       {std::string("Idempotency-Key: \r\n"), long_key, std::string("Idempotency-Key: gr\xc3\xbc\xc3\x9f\r\n"),
        std::string("Idempotency-Key: a\r\nIdempotency-Key: a\r\n")}) {
    CAPTURE(header);
    CHECK(problem(served.post("/experiments", kQuick, header), 400)["errors"][0]["pointer"] == "Idempotency-Key:");
  }
  CHECK(served.post("/experiments", kQuick, "Idempotency-Key: " + std::string(255, 'k') + "\r\n").status == 202);
}

TEST_CASE("experiments are listed newest first, page by page") {
  Served served;
  for (int i = 0; i < 5; ++i) served.queue(1);
  std::vector<int> ids;
  std::string cursor;
  int pages = 0;
  do {
    const Json page = served.get("/experiments?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
    for (const Json& item : page["items"]) ids.push_back(item["id"]);
    cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
    ++pages;
  } while (!cursor.empty());
  CHECK(ids == std::vector<int>{5, 4, 3, 2, 1});
  CHECK(pages == 3);
}

TEST_CASE("progress follows the runs, and the queue moves up") {
  Served served;
  served.queue(2);
  served.queue(1);
  served.complete_next();
  const ClaimedRun running = served.claim();
  const Json first = served.get("/experiments/1").json();
  CHECK(first["state"] == "running");
  CHECK(first["progress"]["runs_done"] == 1);
  CHECK(first["progress"]["current"]["run_id"] == running.id);
  CHECK(first["progress"]["current"]["repetition"] == 2);
  CHECK(served.get("/experiments/2").json()["progress"]["queue_position"] == 1);
  must(served.store->finish(running.id, RunResult{Failed{"the engine died"}, Json::object(), ""}));
  const Json ended = served.get("/experiments/1").json();
  CHECK(ended["state"] == "completed");
  CHECK(ended["progress"]["runs_done"] == 2);
  CHECK(ended["progress"]["runs_completed"] == 1);
  CHECK(ended["progress"]["runs_failed"] == 1);
  CHECK(ended["progress"]["runs_cancelled"] == 0);
  CHECK(ended["progress"]["eta_s"].is_null());
  CHECK(ended["progress"]["queue_position"].is_null());
  CHECK(ended["finished_at"].is_string());
  CHECK(served.get("/experiments/2").json()["progress"]["queue_position"] == 0);
}

TEST_CASE("other experiments keep their position if the newest was cancelled or imported") {
  Served served, elsewhere;
  elsewhere.queue(1);
  elsewhere.complete_next();
  served.queue(1);
  served.queue(1);
  served.queue(1);
  const ClaimedRun running = served.claim();
  must(served.store->cancel(3));
  const auto check = [&] {
    const Json first = served.get("/experiments/1").json()["progress"];
    CHECK(first["current"]["run_id"] == running.id);
    CHECK(first["queue_position"] == 0);
    CHECK(first["eta_s"].is_number());
    CHECK(served.get("/experiments/2").json()["progress"]["queue_position"] == 1);
  };
  check();
  const Answer file = elsewhere.get("/experiments/1/export.ndjson");
  CHECK(served.client->send_body("POST", "/experiments/import", "application/x-ndjson", file.body).status == 201);
  check();
}

TEST_CASE("a full queue answers 503 with Retry-After, and a dry run says that it is full") {
  ApiOptions options;
  options.max_queued = 1;
  Served served(options);
  const char* const body = R"({"engines":["one_copy"],"field_sizes":[512],"threads":[1],"repetitions":1,"duration_s":2})";
  CHECK(served.post("/experiments?dry_run=1", body).json()["warnings"].empty());
  CHECK(served.post("/experiments", body).status == 202);
  const Answer refused = served.post("/experiments", body);
  CHECK(problem(refused, 503)["type"] == "urn:copybench:problem:queue-full");
  const int seconds = std::stoi(std::string(refused.header("retry-after")));
  CHECK(seconds >= 2);
  CHECK(seconds <= 10);
  const Json plan = served.post("/experiments?dry_run=1", body).json();
  REQUIRE(plan["warnings"].size() == 1);
  CHECK(plan["warnings"][0]["pointer"] == "");
  CHECK(plan["warnings"][0]["detail"].get<std::string>().find("max-queued") != std::string::npos);
  CHECK(served.post("/experiments/validate", body).json()["plan"]["warnings"].size() == 1);
  CHECK(served.request("POST", "/experiments/1/cancel").status == 200);
  CHECK(served.post("/experiments", body).status == 202);
}

TEST_CASE("cancelling needs no body, is idempotent, and keeps final states") {
  Served served;
  served.queue(2);
  const Answer cancelled = served.request("POST", "/experiments/1/cancel");
  CHECK(cancelled.status == 200);
  CHECK(cancelled.json()["state"] == "cancelled");
  const Json progress = cancelled.json()["progress"];
  CHECK(progress["runs_done"] == 2);
  CHECK(progress["runs_cancelled"] == 2);
  CHECK(progress["runs_completed"] == 0);
  const Answer again = served.post("/experiments/1/cancel", "ignored");
  CHECK(again.status == 200);
  CHECK(again.json()["finished_at"] == cancelled.json()["finished_at"]);
}

TEST_CASE("deleting removes an experiment with its runs, but not while it runs") {
  Served served;
  served.queue(1);
  const ClaimedRun run = served.claim();
  problem(served.request("DELETE", "/experiments/1"), 409);
  must(served.store->finish(run.id, RunResult{Failed{"no"}, Json::object(), ""}));
  const Answer deleted = served.request("DELETE", "/experiments/1");
  CHECK(deleted.status == 204);
  CHECK(deleted.body.empty());
  problem(served.get("/experiments/1"), 404);
  problem(served.get(fmt::format("/runs/{}", run.id)), 404);
  problem(served.request("DELETE", "/experiments/1"), 404);
}

TEST_CASE("notes, tags and a pin come with a request, and a patch changes them") {
  Served served;
  const auto patch = [&](std::string_view body, std::string_view type = "application/merge-patch+json") {
    return served.client->send_body("PATCH", "/experiments/1", type, body);
  };
  Json queued = served.post("/experiments", R"({"preset": "quick", "notes": "a\nb", "tags": ["x", "y z"]})").json();
  CHECK(queued["notes"] == "a\nb");
  CHECK(queued["tags"] == Json::array({"x", "y z"}));
  CHECK(queued["pinned"] == false);
  const Answer changed = patch(R"({"name": "renamed", "notes": null, "pinned": true})");
  CHECK(changed.status == 200);
  CHECK(changed.json()["name"] == "renamed");
  CHECK(changed.json()["spec"]["name"] == "renamed");
  CHECK(changed.json()["notes"] == "");
  CHECK(changed.json()["tags"] == queued["tags"]);
  CHECK(changed.json() == without_circumstances(served.get("/experiments/1")));
  CHECK(problem(served.request("DELETE", "/experiments/1"), 409)["detail"] ==
        "Experiment 1 is pinned. Unpin it first, then delete it.");
  CHECK(patch(R"({"pinned": null, "tags": null})", "application/json").json()["tags"].empty());
  CHECK(served.request("DELETE", "/experiments/1").status == 204);
}

TEST_CASE("a patch names every field that it may not change") {
  Served served;
  served.queue(1);
  const auto patch = [&](std::string_view body, std::string_view type) {
    return served.client->send_body("PATCH", "/experiments/1", type, body);
  };
  const Json refused = problem(
      patch(R"({"seed": 1, "name": null, "tags": [1, "a", "a,b"], "notes": 1, "pinned": "yes"})", "application/json"), 400);
  std::set<std::string> pointers;
  for (const Json& error : refused["errors"]) pointers.insert(error["pointer"]);
  CHECK(pointers == std::set<std::string>{"/seed", "/name", "/tags/0", "/tags/2", "/notes", "/pinned"});
  CHECK(refused["errors"][0]["detail"] == "\"seed\" cannot be changed; allowed: name, notes, tags, pinned");
  problem(patch("[]", "application/json"), 400);
  CHECK(problem(patch("{}", "text/plain"), 415)["errors"][0]["detail"] ==
        "\"text/plain\" is given; allowed: application/merge-patch+json, application/json");
  problem(served.request("PATCH", "/experiments/1"), 400);
}

TEST_CASE("a tag filters the list") {
  Served served;
  served.queue(1);
  CHECK(served.post("/experiments", R"({"preset": "quick", "tags": ["a b"]})").status == 202);
  CHECK(served.get("/experiments?tag=a%20b").json()["items"].size() == 1);
  CHECK(served.get("/experiments?tag=a").json()["items"].empty());
}
