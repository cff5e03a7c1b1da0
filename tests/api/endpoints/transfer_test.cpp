#include "api/fixture.h"

using namespace copybench;

namespace {

std::string without_ids(const std::string& csv) {
  std::string lines;
  for (size_t at = 0; at < csv.size();) {
    const size_t end = csv.find('\n', at) + 1;
    const std::string line = csv.substr(at, end - at);
    lines += line.substr(line.find(',', line.find(',') + 1));
    at = end;
  }
  return lines;
}

Answer import_of(Served& served, std::string_view body, std::string_view type = "application/x-ndjson") {
  return served.client->send_body("POST", "/experiments/import", type, body);
}

}  // namespace

TEST_CASE("an experiment moves to another daemon: CSV and summary are the same except for the ids") {
  Served here, there;
  here.queue(3);
  const Json early = problem(here.get("/experiments/1/export.ndjson"), 409);
  CHECK(early["detail"] == "Experiment 1 is queued. It can be exported when it has ended.");
  for (int i = 0; i < 3; ++i) here.complete_next();
  const Answer file = here.get("/experiments/1/export.ndjson");
  CHECK(file.status == 200);
  CHECK(file.whole);
  CHECK(file.header("content-type") == "application/x-ndjson");

  there.queue(1);
  const Answer imported = import_of(there, file.body);
  CHECK(imported.status == 201);
  CHECK(imported.header("location") == "/experiments/2");
  const Json origin = imported.json()["origin"];
  CHECK(origin["experiment_id"] == 1);
  CHECK_FALSE(origin["host"].get<std::string>().empty());
  CHECK(origin["exported_at"].is_string());
  CHECK(here.get("/experiments/1").json()["origin"].is_null());
  CHECK(without_ids(there.get("/experiments/2/results.csv").body) == without_ids(here.get("/experiments/1/results.csv").body));
  Json before = here.get("/experiments/1/summary").json(), after = there.get("/experiments/2/summary").json();
  for (Json* summary : {&before, &after}) {
    summary->erase("experiment_id");
    summary->erase("links");
  }
  CHECK(after == before);
  CHECK(there.get("/experiments/2").json()["origin"] == origin);
  CHECK(there.get("/experiments/2").json()["circumstances"]["facts"] ==
        here.get("/experiments/1").json()["circumstances"]["facts"]);

  const Answer again = import_of(there, file.body);
  CHECK(again.status == 200);
  CHECK(again.header("location") == "/experiments/2");
}

TEST_CASE("an invalid export is rejected by line, and a large one is accepted up to its limit") {
  Served served;
  CHECK(problem(import_of(served, "{}\n"), 400)["type"] == "urn:copybench:problem:invalid-import");
  CHECK(problem(import_of(served, "{\"copybench_export\":1,\"schema\":1}\n"), 400)["errors"][0]["detail"] ==
        "line 2: the file ends here; its last line has the key \"end\"");
  problem(import_of(served, "{}\n", "application/json"), 415);
  problem(import_of(served, ""), 400);
  problem(import_of(served, std::string(2 << 20, ' ')), 400);
  problem(served.client->raw("POST /experiments/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 33554433\r\n\r\n"), 413);
  problem(served.get("/experiments/import"), 405);
  CHECK(served.get("/experiments").json()["items"].empty());
}
