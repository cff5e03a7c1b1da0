// The store as the queue: experiments queued, runs claimed, ended, measured again, cancelled.
#include "core/store/store.h"

#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

TEST_CASE("an experiment is queued with all its runs") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const Plan plan = plan_of(3, "größer");
  const auto record = must(opened.store->enqueue(plan, std::nullopt, nullptr));
  CHECK(record.id == 1);
  CHECK(record.state == ExperimentState::queued);
  CHECK(record.spec == plan.spec);
  CHECK(record.runs.total == 3);
  CHECK(record.runs.done() == 0);
  CHECK_FALSE(record.started_at);
  const auto runs = opened.runs(1);
  REQUIRE(runs.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(runs[i].state == RunState::queued);
    CHECK(runs[i].planned == plan.runs[i]);
    CHECK(runs[i].finish_sequence == 0);
  }
}

TEST_CASE("runs are claimed in the order of the plan, experiments in the order they came") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2, "first");
  enqueue(*opened.store, 1, "second");
  const ClaimedRun one = claim(*opened.store);
  CHECK(one.spec.name == "first");
  CHECK(one.planned.repetition == 1);
  CHECK(opened.experiment(1).state == ExperimentState::running);
  CHECK(opened.experiment(1).started_at);
  CHECK(opened.experiment(2).state == ExperimentState::queued);
  must(opened.store->finish(one.id, completed()));
  const ClaimedRun two = claim(*opened.store);
  CHECK(two.experiment_id == 1);
  CHECK(two.planned.repetition == 2);
  // The first experiment owns the machine until its last run has ended.
  CHECK_FALSE(must(opened.store->claim_next()));
  must(opened.store->finish(two.id, completed()));
  CHECK(opened.experiment(1).state == ExperimentState::completed);
  CHECK(opened.experiment(1).finished_at);
  CHECK(claim(*opened.store).spec.name == "second");
}

TEST_CASE("an empty queue has nothing to claim") {
  TemporaryDirectory directory;
  CHECK_FALSE(must(open_store(directory)->claim_next()));
}

TEST_CASE("each outcome ends its run and is counted") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 4);
  must(opened.store->finish(claim(*opened.store).id, completed(2.5)));
  must(opened.store->finish(claim(*opened.store).id, failed("the engine died")));
  must(opened.store->finish(claim(*opened.store).id, {TimedOut{"no mark in time"}, Json::object(), ""}));
  must(opened.store->finish(claim(*opened.store).id, {Cancelled{}, Json::object(), ""}));
  const auto runs = opened.runs(1);
  REQUIRE(runs.size() == 4);
  CHECK(runs[0].state == RunState::completed);
  CHECK(runs[0].figures.throughput_gbps == 2.5);
  CHECK_FALSE(runs[0].figures.bytes);
  CHECK_FALSE(runs[0].reason);
  CHECK(runs[1].state == RunState::failed);
  CHECK(runs[1].reason == "the engine died");
  CHECK(runs[2].state == RunState::timed_out);
  CHECK(runs[2].reason == "no mark in time");
  CHECK(runs[3].state == RunState::cancelled);
  CHECK(runs[3].reason);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(runs[i].finish_sequence == static_cast<int64_t>(i) + 1);
    CHECK(runs[i].started_at);
    CHECK(runs[i].finished_at);
  }
  const auto record = opened.experiment(1);
  CHECK(record.state == ExperimentState::completed);
  CHECK(record.runs.completed == 1);
  CHECK(record.runs.failed == 2);
  CHECK(record.runs.cancelled == 1);
}

TEST_CASE("a run's flags are stored with it") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  RunResult doubtful = completed();
  doubtful.flags = {{FlagKind::steal, "The hypervisor took 3 % of the CPUs' time."}};
  must(opened.store->finish(claim(*opened.store).id, doubtful));
  must(opened.store->finish(claim(*opened.store).id, completed()));
  const auto runs = opened.runs(1);
  CHECK(runs[0].flags == doubtful.flags);
  CHECK(must(opened.reader->run(runs[0].id)).flags == doubtful.flags);
  CHECK(runs[1].flags.empty());
  const auto input = must(opened.reader->summary_input(1));
  CHECK(input[0].flagged);
  CHECK_FALSE(input[1].flagged);
}

TEST_CASE("a flag that names a process whose name is not UTF-8 costs no run") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  RunResult doubtful = completed();
  doubtful.flags = {{FlagKind::neighbours, "the busiest: b\xff (pid 3)"}};
  must(opened.store->finish(claim(*opened.store).id, doubtful));
  CHECK(opened.runs(1)[0].flags[0].detail.find("(pid 3)") != std::string::npos);
}

TEST_CASE("an experiment without a completed run has failed, and reports why") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  must(opened.store->finish(claim(*opened.store).id, failed("first reason")));
  must(opened.store->finish(claim(*opened.store).id, failed("last reason")));
  CHECK(opened.experiment(1).state == ExperimentState::failed);
  CHECK(opened.experiment(1).reason == "None of its 2 runs completed. The last one: last reason");
}

TEST_CASE("only a running run can be ended, and only once") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  enqueue(*store, 2);
  CHECK(kind_of(store->finish(1, completed())) == Kind::conflict);
  CHECK(kind_of(store->finish(77, completed())) == Kind::not_found);
  const ClaimedRun run = claim(*store);
  must(store->finish(run.id, completed()));
  CHECK(kind_of(store->finish(run.id, completed())) == Kind::conflict);
}

TEST_CASE("an interrupted run stays, and its repetition comes before the rest") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 3);
  must(opened.store->finish(claim(*opened.store).id, completed()));
  const ClaimedRun broken = claim(*opened.store);
  must(opened.store->finish(broken.id, {Interrupted{"stopping"}, Json::object(), ""}));
  CHECK(opened.experiment(1).state == ExperimentState::running);
  CHECK(opened.experiment(1).runs.total == 3);
  CHECK(opened.experiment(1).runs.interrupted == 1);
  const ClaimedRun again = claim(*opened.store);
  CHECK(again.id > broken.id);
  CHECK(again.planned == broken.planned);
  must(opened.store->finish(again.id, {Interrupted{"stopping"}, Json::object(), ""}));
  CHECK(claim(*opened.store).planned == broken.planned);
  CHECK(opened.runs(1)[1].state == RunState::interrupted);
  CHECK(opened.runs(1)[1].reason == "stopping");
}

TEST_CASE("recover: running runs are measured again, ended ones stay") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 3);
    must(store->finish(claim(*store).id, completed()));
    claim(*store);
  }
  Opened opened(directory);
  CHECK(must(opened.store->recover()) == 1);
  CHECK(must(opened.store->recover()) == 0);
  const auto runs = opened.runs(1);
  REQUIRE(runs.size() == 4);
  CHECK(runs[0].state == RunState::completed);
  CHECK(runs[1].state == RunState::interrupted);
  CHECK(runs[3].planned == runs[1].planned);
  CHECK(complete_all(*opened.store) == 2);
  CHECK(opened.experiment(1).state == ExperimentState::completed);
  CHECK(opened.experiment(1).runs.completed == 3);
  CHECK(opened.experiment(1).runs.interrupted == 1);
}

TEST_CASE("cancel: queued") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 3);
  enqueue(*opened.store, 1, "next");
  const auto record = must(opened.store->cancel(1));
  CHECK(record.state == ExperimentState::cancelled);
  CHECK(record.runs.cancelled == 3);
  CHECK(record.finished_at);
  int64_t sequence = 0;
  for (const RunRow& run : opened.runs(1)) {
    CHECK(run.state == RunState::cancelled);
    CHECK(run.finish_sequence == ++sequence);
    CHECK(run.reason);
  }
  const auto again = must(opened.store->cancel(1));
  CHECK(again.state == ExperimentState::cancelled);
  CHECK(again.runs.cancelled == 3);
  CHECK(again.finished_at == record.finished_at);
  CHECK(claim(*opened.store).spec.name == "next");
}

TEST_CASE("cancel: running; the end of its last run ends it, whatever the outcome") {
  for (const RunResult& last : {completed(), failed("x"), RunResult{Cancelled{}, Json::object(), ""},
                                RunResult{Interrupted{"stopping"}, Json::object(), ""}}) {
    TemporaryDirectory directory;
    Opened opened(directory);
    enqueue(*opened.store, 3);
    must(opened.store->finish(claim(*opened.store).id, completed()));
    const ClaimedRun running = claim(*opened.store);
    CHECK(must(opened.store->cancel(1)).state == ExperimentState::running);
    CHECK(must(opened.store->cancel(1)).runs.cancelled == 1);
    CHECK_FALSE(must(opened.store->claim_next()));
    must(opened.store->finish(running.id, last));
    const auto record = opened.experiment(1);
    CHECK(record.state == ExperimentState::cancelled);
    CHECK(record.runs.done() == 3);
    CHECK(record.runs.completed >= 1);
    CHECK_FALSE(must(opened.store->claim_next()));
  }
}

TEST_CASE("cancel between two runs keeps finished ones; on a final experiment it changes nothing") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  must(opened.store->finish(claim(*opened.store).id, completed(7)));
  CHECK(must(opened.store->cancel(1)).state == ExperimentState::cancelled);
  CHECK(opened.runs(1)[0].figures.throughput_gbps == 7);
  enqueue(*opened.store, 1);
  complete_all(*opened.store);
  CHECK(must(opened.store->cancel(2)).state == ExperimentState::completed);
  CHECK(kind_of(opened.store->cancel(99)) == Kind::not_found);
}

TEST_CASE("10,000 runs are queued, cancelled and erased whole") {
  TemporaryDirectory directory;
  Opened opened(directory);
  CHECK(enqueue(*opened.store, 10'000).runs.total == 10'000);
  CHECK(claim(*opened.store).planned.repetition == 1);
  CHECK(must(opened.store->cancel(1)).runs.cancelled == 9'999);
  must(opened.store->finish(1, {Cancelled{}, Json::object(), ""}));
  CHECK(opened.experiment(1).runs.done() == 10'000);
  must(opened.store->erase(1));
  CHECK(must(opened.reader->experiments(std::nullopt, 10)).items.empty());
}

TEST_CASE("a stopping store hands out no more runs") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  enqueue(*store, 1);
  store->stop_claims();
  CHECK_FALSE(must(store->claim_next()));
}

TEST_CASE("a full queue rejects experiments until one has ended") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  must(store->enqueue(plan_of(1), std::nullopt, nullptr, 2));
  must(store->enqueue(plan_of(1), std::nullopt, nullptr, 2));
  CHECK(kind_of(store->enqueue(plan_of(1), std::nullopt, nullptr, 2)) == StoreError::Kind::queue_full);
  must(store->cancel(1));
  must(store->enqueue(plan_of(1), std::nullopt, nullptr, 2));
}

TEST_CASE("the change counter grows with stored changes, and with nothing else") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const uint64_t before = store->changes();
  CHECK(kind_of(store->cancel(1)) == StoreError::Kind::not_found);
  CHECK(store->changes() == before);
  enqueue(*store, 1);
  CHECK(store->changes() > before);
}
