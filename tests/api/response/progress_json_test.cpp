#include "api/response/progress_json.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("the answer of a search is made of its findings, and one that is stored is not used") {
  ExperimentRecord record;
  record.state = ExperimentState::running;
  record.findings_json = R"({"crossover": {"state": "searching", "path": [], "answer": "an older version's"}})";
  const Json search = findings_json(record)["crossover"];
  CHECK(search["answer"] == "Searching: 0 of 0 sizes measured so far.");
  CHECK(search["without_figure"].is_null());
  record.state = ExperimentState::cancelled;
  CHECK(findings_json(record)["crossover"]["state"] == "cancelled");
  CHECK(findings_json(record)["crossover"]["answer"] == "The search was cancelled before it had an answer.");
}

TEST_CASE("an experiment beyond the queue has no place in it") {
  ExperimentRecord record;
  record.id = 4;
  record.state = ExperimentState::cancelled;
  QueueView queue;
  queue.places[4] = {1, std::chrono::seconds{5}};
  const Json progress = progress_json(record, queue);
  CHECK(progress["eta_s"].is_null());
  CHECK(progress["queue_position"].is_null());
  CHECK(progress["current"].is_null());
}
