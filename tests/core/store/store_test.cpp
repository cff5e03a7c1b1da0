#include "core/store/store.h"

#include <thread>

#include "core/store/database_connection.h"
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
  // The first one owns the machine until its last run has ended.
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

TEST_CASE("a run's flags are kept with it") {
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

TEST_CASE("a flag that names a process whose name is no UTF-8 costs no run") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  RunResult doubtful = completed();
  doubtful.flags = {{FlagKind::neighbours, "the busiest: b\xff (pid 3)"}};
  must(opened.store->finish(claim(*opened.store).id, doubtful));
  CHECK(opened.runs(1)[0].flags[0].detail.find("(pid 3)") != std::string::npos);
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

TEST_CASE("an experiment of which no run completed has failed, and says why") {
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

TEST_CASE("an interrupted run stays, and its measurement comes before the rest") {
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

TEST_CASE("recover: what was running is measured again, what ended stays") {
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

TEST_CASE("cancel: running; the end of its last run ends it, whatever that is") {
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

TEST_CASE("cancel between two runs keeps what was measured; on a final experiment it changes nothing") {
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

TEST_CASE("erase takes the runs along, and never an experiment that runs") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  enqueue(*opened.store, 1);
  const ClaimedRun run = claim(*opened.store);
  CHECK(kind_of(opened.store->erase(1)) == Kind::conflict);
  must(opened.store->finish(run.id, completed()));
  CHECK(kind_of(opened.store->erase(1)) == Kind::conflict);
  must(opened.store->cancel(1));
  must(opened.store->erase(1));
  CHECK(kind_of(opened.store->erase(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->experiment(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->run(run.id)) == Kind::not_found);
  CHECK(kind_of(opened.reader->perf_raw(run.id)) == Kind::not_found);
  must(opened.store->erase(2));
  CHECK_FALSE(must(opened.store->claim_next()));
}

TEST_CASE("ids and finish sequences are never used again") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  complete_all(*opened.store);
  must(opened.store->erase(1));
  CHECK(enqueue(*opened.store, 1).id == 2);
  complete_all(*opened.store);
  CHECK(opened.runs(2)[0].id == 3);
  CHECK(opened.runs(2)[0].finish_sequence == 3);
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

TEST_CASE("an idempotency key gives the first answer again") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const IdempotencyKey key{"abc", "digest"};
  CHECK_FALSE(must(store->find_answer(key)));
  const auto render = [](const ExperimentRecord& record) { return "experiment " + std::to_string(record.id); };
  must(store->enqueue(plan_of(1), key, render));
  const auto answer = must(store->find_answer(key));
  REQUIRE(answer);
  CHECK(answer->experiment_id == 1);
  CHECK(answer->body == "experiment 1");
  CHECK(kind_of(store->find_answer({"abc", "another digest"})) == Kind::conflict);
  CHECK(kind_of(store->enqueue(plan_of(1), key, render)) == Kind::conflict);
  CHECK(enqueue(*store, 1).id == 2);  // and nothing of the refused one was stored

  must(store->erase(1));
  CHECK_FALSE(must(store->find_answer(key)));
  must(store->enqueue(plan_of(1), key, render));
  CHECK(must(store->find_answer(key))->body == "experiment 3");
}

TEST_CASE("a transaction that does not end is told, and one that ends is not") {
  TemporaryDirectory directory;
  auto store = must(Store::open(directory.path()));
  std::optional<std::string> now, later;
  must(store->enqueue(plan_of(1), IdempotencyKey{"key", "digest"}, [&](const ExperimentRecord&) {
    now = store->stalled();
    later = store->stalled(Monotonic::now() + std::chrono::minutes{3});
    return "answer";
  }));
  CHECK_FALSE(now);
  CHECK(later);
  CHECK_FALSE(store->stalled(Monotonic::now() + std::chrono::hours{1}));
}

TEST_CASE("without a key no answer is rendered") {
  TemporaryDirectory directory;
  must(open_store(directory)->enqueue(plan_of(1), std::nullopt, [](const ExperimentRecord&) -> std::string {
    FAIL("rendered");
    return "";
  }));
}

TEST_CASE("a second store on the same data is refused, and may have it afterwards") {
  TemporaryDirectory directory;
  auto first = open_store(directory);
  const auto second = Store::open(directory.path());
  CHECK(kind_of(second) == Kind::locked);
  first.reset();
  open_store(directory);
}

TEST_CASE("everything is there after the store was opened again") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 2);
    must(store->finish(claim(*store).id, completed(3.25)));
  }
  Opened opened(directory);
  CHECK(opened.experiment(1).runs.completed == 1);
  CHECK(opened.runs(1)[0].figures.throughput_gbps == 3.25);
}

TEST_CASE("a stopping store gives no more runs") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  enqueue(*store, 1);
  store->stop_claims();
  CHECK_FALSE(must(store->claim_next()));
}

TEST_CASE("calls from many threads are serialised") {
  TemporaryDirectory directory;
  Opened opened(directory);
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kEach; ++k) CHECK(opened.store->enqueue(plan_of(2), std::nullopt, nullptr));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(complete_all(*opened.store) == kThreads * kEach * 2);
  for (const auto& record : must(opened.reader->experiments(std::nullopt, 100)).items) {
    CHECK(record.state == ExperimentState::completed);
  }
}

TEST_CASE("a full database refuses what does not fit, keeps what is there, and goes on when there is room") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 10);
  const ClaimedRun run = claim(*opened.store);
  RunResult huge = completed();
  huge.perf_raw = std::string(1 << 20, 'x');
  // A file may not grow beyond a quarter of that: write() fails with EFBIG, as it does with ENOSPC on a full disk.
  const FileSizeLimit limit(256 << 10);
  const auto refused = opened.store->finish(run.id, huge);
  CAPTURE(refused.error().message);
  CHECK(kind_of(refused) == Kind::full);
  REQUIRE(opened.store->last_write_error());
  CHECK(opened.store->last_write_error()->kind == Kind::full);
  CHECK(opened.runs(1)[0].state == RunState::running);
  must(opened.store->finish(run.id, completed()));
  CHECK_FALSE(opened.store->last_write_error());
  CHECK(opened.experiment(1).runs.completed == 1);
}

TEST_CASE("after a write that failed, the store is well again once one would succeed, though nobody writes") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  CHECK_FALSE(opened.store->try_again());
  {
    const FileSizeLimit limit(4096);
    CHECK(kind_of(opened.store->annotate(1, {{}, std::string(4000, 'x'), {}, {}})) == Kind::full);
    CHECK_FALSE(opened.store->try_again());
    CHECK(opened.store->last_write_error());
  }
  CHECK(opened.store->try_again());
  CHECK_FALSE(opened.store->last_write_error());
  CHECK_FALSE(opened.store->refuses_new());
  CHECK(opened.experiment(1).annotations.notes.empty());
}

TEST_CASE("notes, tags and a pin are stored with an experiment and changed at any time") {
  TemporaryDirectory directory;
  Opened opened(directory);
  Plan plan = plan_of(1);
  plan.annotations = {"as it came", {"a", "b c"}, true};
  CHECK(must(opened.store->enqueue(plan, std::nullopt, nullptr)).annotations == plan.annotations);
  CHECK(opened.experiment(1).annotations == plan.annotations);
  claim(*opened.store);
  const auto record = must(opened.store->annotate(1, {"renamed", "", {{"größer"}}, {}}));
  CHECK(record.annotations == Annotations{"", {"größer"}, true});
  CHECK(record.state == ExperimentState::running);
  CHECK(opened.experiment(1).spec.name == "renamed");
  CHECK(kind_of(opened.store->annotate(2, {})) == StoreError::Kind::not_found);
}

TEST_CASE("a pinned experiment is not erased") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  must(opened.store->annotate(1, {{}, {}, {}, true}));
  const auto refused = opened.store->erase(1);
  CHECK(kind_of(refused) == StoreError::Kind::conflict);
  CHECK(refused.error().message == "Experiment 1 is pinned. Unpin it first, then delete it.");
  must(opened.store->annotate(1, {{}, {}, {}, false}));
  must(opened.store->erase(1));
}

TEST_CASE("experiments are found by a tag as it is written, page by page") {
  TemporaryDirectory directory;
  Opened opened(directory);
  for (int i = 1; i <= 4; ++i) {
    enqueue(*opened.store, 1);
    if (i != 2) must(opened.store->annotate(i, {{}, {}, {{"other", "a\"b"}}, {}}));
  }
  const auto first = must(opened.reader->experiments(std::nullopt, 2, "a\"b"));
  REQUIRE(first.items.size() == 2);
  CHECK(first.items[0].id == 4);
  CHECK(first.items[1].id == 3);
  REQUIRE(first.next);
  const auto second = must(opened.reader->experiments(first.next, 2, "a\"b"));
  REQUIRE(second.items.size() == 1);
  CHECK(second.items[0].id == 1);
  CHECK(must(opened.reader->experiments(std::nullopt, 2, "a")).items.empty());
}

TEST_CASE("where the log takes all the room, it is folded back into the database, and writing goes on") {
  TemporaryDirectory directory;
  Opened opened(directory);
  // No file may be larger, as on a small disk; by itself SQLite folds the log back at 4 MB.
  const FileSizeLimit small(700'000);
  RunResult large = completed();
  large.evidence["filler"] = std::string(20'000, 'x');
  for (int i = 0; i < 60; ++i) {
    const ExperimentId id = enqueue(*opened.store, 2).id;
    while (auto claimed = must(opened.store->claim_next())) must(opened.store->finish(claimed->id, large));
    must(opened.store->erase(id));
  }
  CHECK(std::filesystem::file_size(directory.database().string() + "-wal") < 700'000);
}

TEST_CASE("between runs the log is made empty, unless a reader needs it") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 3);
  const std::string wal = directory.database().string() + "-wal";
  CHECK(std::filesystem::file_size(wal) > 0);
  opened.store->fold_back_log();
  CHECK(std::filesystem::file_size(wal) == 0);
  CHECK(opened.experiment(1).runs.total == 3);

  const auto reading = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_only));
  REQUIRE_FALSE(reading->attempt([&] {
    reading->execute("BEGIN");
    CHECK(reading->integer("SELECT count(*) FROM experiments") == 1);
    enqueue(*opened.store, 3);
    const auto asked = Monotonic::now();
    opened.store->fold_back_log();
    CHECK(Monotonic::now() - asked < std::chrono::seconds(2));  // it does not wait for the reader
    CHECK(std::filesystem::file_size(wal) > 0);
    reading->execute("COMMIT");
  }));
  CHECK(opened.experiment(2).runs.total == 3);
}
