#include "core/store/run_queue.h"

#include "core/analysis/adaptive.h"
#include "core/store/open.h"
#include "fixture.h"

using namespace copybench;

TEST_CASE("the caller sets all times") {
  TemporaryDirectory directory;
  const auto connection = must(open_for_writing(directory.path()));
  const UtcTime created{std::chrono::milliseconds(1'000)};
  const UtcTime claimed{std::chrono::milliseconds(2'000)};
  const UtcTime ended{std::chrono::milliseconds(3'000)};
  const auto broken = connection->attempt([&] {
    const ExperimentId id = insert_experiment(*connection, plan_of(2), advise, created);
    const auto first = claim_run(*connection, claimed);
    REQUIRE(first);
    must(end_run(*connection, first->id, completed(), advise, ended));
    const auto second = claim_run(*connection, ended);
    REQUIRE(second);
    CHECK(running_runs(*connection) == std::vector<RunId>{second->id});
    must(end_run(*connection, second->id, completed(), advise, ended));
    const auto record = must(find_experiment(*connection, id));
    CHECK(record.created_at == created);
    CHECK(record.started_at == claimed);
    CHECK(record.finished_at == ended);
  });
  CHECK_FALSE(broken);
}

TEST_CASE("last words that are not UTF-8 lose no run") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  RunResult result = failed("it said: \xff");
  result.evidence["stderr"] = "\xff";
  must(opened.store->finish(claim(*opened.store).id, result));
  CHECK(must(opened.reader->run(1)).evidence_json == "{\"stderr\":\"\ufffd\"}");
}

namespace {

Plan until_plan(double pct, uint32_t min, uint32_t max) {
  Plan plan = plan_of(min);
  plan.spec.until_ci = UntilCi{pct, max};
  return plan;
}

// Finishes the next run with this throughput and returns the experiment's number of runs.
int64_t total_after(Opened& opened, double gbps) {
  const ClaimedRun run = claim(*opened.store);
  must(opened.store->finish(run.id, completed(gbps)));
  return opened.experiment(run.experiment_id).runs.total;
}

}  // namespace

TEST_CASE("runs that depend on results are queued with the end of the last run before them") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto id = must(opened.store->enqueue(until_plan(5, 2, 7), std::nullopt, nullptr)).id;
  CHECK(opened.experiment(id).runs.total == 2);
  CHECK(opened.experiment(id).runs.at_most == 7);
  CHECK(total_after(opened, 10) == 2);
  CHECK(total_after(opened, 10.1) == 3);
  CHECK(total_after(opened, 10) == 4);
  // An interrupted run is repeated by itself alone.
  must(opened.store->finish(claim(*opened.store).id, {Interrupted{"x"}, Json::object(), ""}));
  CHECK(opened.experiment(id).runs.total == 4);
  CHECK(total_after(opened, 10.1) == 5);
  CHECK(total_after(opened, 10) == 6);
  CHECK(opened.experiment(id).state == ExperimentState::running);
  CHECK(total_after(opened, 10.1) == 6);
  const auto done = opened.experiment(id);
  CHECK(done.state == ExperimentState::completed);
  CHECK(done.runs.at_most == 6);
  CHECK(Json::parse(done.findings_json)["repeats"]["state"] == "interval_reached");
  CHECK_FALSE(must(opened.store->claim_next()));
}

TEST_CASE("a cancelled experiment gets no further runs") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto id = must(opened.store->enqueue(until_plan(5, 2, 7), std::nullopt, nullptr)).id;
  CHECK(total_after(opened, 10) == 2);
  const ClaimedRun last = claim(*opened.store);
  must(opened.store->cancel(id));
  must(opened.store->finish(last.id, completed(10)));
  CHECK(opened.experiment(id).state == ExperimentState::cancelled);
  CHECK(opened.experiment(id).runs.total == 2);
  CHECK_FALSE(must(opened.store->claim_next()));
}

TEST_CASE("an experiment whose runs all fail ends by giving up") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto id = must(opened.store->enqueue(until_plan(5, 2, 20), std::nullopt, nullptr)).id;
  int64_t runs = 0;
  while (auto run = must(opened.store->claim_next())) {
    must(opened.store->finish(run->id, failed("no memory")));
    ++runs;
  }
  CHECK(runs == 3);
  CHECK(opened.experiment(id).state == ExperimentState::failed);
  CHECK(Json::parse(opened.experiment(id).findings_json)["repeats"]["state"] == "given_up");
}
