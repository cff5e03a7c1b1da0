#include "core/store/transitions.h"

#include "core/store/database_file.h"
#include "fixture.h"

using namespace copybench;

TEST_CASE("times are the caller's") {
  TemporaryDirectory directory;
  const auto connection = must(open_for_writing(directory.path()));
  const UtcTime created{std::chrono::milliseconds(1'000)};
  const UtcTime claimed{std::chrono::milliseconds(2'000)};
  const UtcTime ended{std::chrono::milliseconds(3'000)};
  const auto broken = connection->attempt([&] {
    const ExperimentId id = insert_experiment(*connection, plan_of(2), created);
    const auto first = claim_run(*connection, claimed);
    REQUIRE(first);
    must(end_run(*connection, first->id, completed(), ended));
    const auto second = claim_run(*connection, ended);
    REQUIRE(second);
    CHECK(running_runs(*connection) == std::vector<RunId>{second->id});
    must(end_run(*connection, second->id, completed(), ended));
    const auto record = must(find_experiment(*connection, id));
    CHECK(record.created_at == created);
    CHECK(record.started_at == claimed);
    CHECK(record.finished_at == ended);
  });
  CHECK_FALSE(broken);
}

TEST_CASE("last words that are no UTF-8 lose no run") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  RunResult result = failed("it said: \xff");
  result.evidence["stderr"] = "\xff";
  must(opened.store->finish(claim(*opened.store).id, result));
  CHECK(must(opened.reader->run(1)).evidence_json == "{\"stderr\":\"\ufffd\"}");
}
