#include "api/response/progress_json.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("an experiment outside the queue has no position in it") {
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
