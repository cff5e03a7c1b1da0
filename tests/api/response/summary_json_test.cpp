#include "api/response/summary_json.h"

#include "api/fixture.h"

using namespace copybench;

namespace {

constexpr int kSizes = 1100;  // more than are made at once or kept

// An experiment of this many configurations, of which the first 300 were measured.
void measure_many(Backend& backend) {
  ExperimentRequest request;
  request.name = "many";
  request.engines = {EngineMode::one_copy};
  request.field_sizes.emplace();
  for (int i = kSizes; i >= 1; --i) request.field_sizes->push_back(64 * i);
  request.threads = {1};
  request.repetitions = 1;
  request.order = Order::sequential;
  must(backend.store->enqueue(must_plan(request), std::nullopt, nullptr));
  for (int i = 0; i < 300; ++i) backend.complete_next();
}

SummaryPieces pieces_of(Backend& backend) {
  return SummaryPieces(*backend.readers, must(backend.readers->lease()->experiment(1)),
                       must(backend.readers->lease()->ended_runs(1)));
}

}  // namespace

TEST_CASE("a summary of many configurations comes in pieces, and is complete") {
  Served served;
  measure_many(served);
  const Answer answer = served.get("/experiments/1/summary");
  CHECK(answer.status == 200);
  CHECK(answer.whole);
  const Json json = answer.json();
  CHECK(json["experiment_id"] == 1);
  CHECK(json["state"] == "running");
  REQUIRE(json["configurations"].size() == kSizes);
  for (int i = 0; i < kSizes; ++i) {
    const Json& one = json["configurations"][static_cast<size_t>(i)];
    CHECK(one["field_bytes"] == 64 * (i + 1));
    CHECK(one["runs_completed"] == (i < kSizes - 300 ? 0 : 1));
  }
  CHECK(json["engines"][0]["configuration"]["field_bytes"] == 64 * (kSizes - 299));
  CHECK(json["links"]["experiment"] == "/experiments/1");
}

TEST_CASE("each piece of a summary is short") {
  Backend backend;
  measure_many(backend);
  SummaryPieces pieces = pieces_of(backend);
  CHECK(pieces.configurations() == kSizes);
  int made = 0;
  bool more = true;
  while (more) {
    std::string piece;
    more = must(pieces.next(piece));
    CHECK(piece.size() < 1 << 20);
    ++made;
  }
  CHECK(made > 3);
}

TEST_CASE("a summary whose experiment is deleted meanwhile is cut off") {
  Backend backend;
  measure_many(backend);
  must(backend.store->cancel(1));
  SummaryPieces pieces = pieces_of(backend);
  std::string text;
  CHECK(must(pieces.next(text)));
  must(backend.store->erase(1));
  StoreResult<bool> more = true;
  while (more && *more) more = pieces.next(text);
  REQUIRE_FALSE(more);
  CHECK(more.error().kind == StoreError::Kind::not_found);
}
