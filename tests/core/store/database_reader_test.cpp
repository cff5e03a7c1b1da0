#include "core/store/database_reader.h"

#include <atomic>
#include <thread>

#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

TEST_CASE("experiments come newest first, page by page") {
  TemporaryDirectory directory;
  Opened opened(directory);
  for (int i = 0; i < 5; ++i) enqueue(*opened.store, 1);
  std::vector<ExperimentId> ids;
  std::optional<int64_t> before;
  int pages = 0;
  do {
    const auto page = must(opened.reader->experiments(before, 2));
    for (const auto& record : page.items) ids.push_back(record.id);
    before = page.next;
    ++pages;
  } while (before);
  CHECK(ids == std::vector<ExperimentId>{5, 4, 3, 2, 1});
  CHECK(pages == 3);
  CHECK_FALSE(must(opened.reader->experiments(std::nullopt, 5)).next);
}

TEST_CASE("a page of large specs ends before its limit, and the next one resumes there") {
  TemporaryDirectory directory;
  Opened opened(directory);
  Plan plan = plan_of(1);
  plan.spec.field_sizes.clear();
  for (uint64_t size = 1; size <= 10'000; ++size) plan.spec.field_sizes.push_back(size * 8);
  for (int i = 0; i < 30; ++i) must(opened.store->enqueue(plan, std::nullopt, nullptr));
  std::vector<ExperimentId> ids;
  std::optional<int64_t> before;
  int pages = 0;
  do {
    const auto page = must(opened.reader->experiments(before, 500));
    REQUIRE_FALSE(page.items.empty());
    for (const auto& record : page.items) ids.push_back(record.id);
    before = page.next;
    ++pages;
  } while (before);
  CHECK(pages > 1);
  REQUIRE(ids.size() == 30);
  for (size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == 30 - static_cast<ExperimentId>(i));
}

TEST_CASE("runs come in the order of their ids, page by page") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  enqueue(*opened.store, 5);
  const auto first = must(opened.reader->runs(2, std::nullopt, 3));
  REQUIRE(first.items.size() == 3);
  CHECK(first.items[0].id == 2);
  CHECK(first.items[0].experiment_id == 2);
  REQUIRE(first.next);
  const auto second = must(opened.reader->runs(2, first.next, 3));
  REQUIRE(second.items.size() == 2);
  CHECK(second.items[1].id == 6);
  CHECK_FALSE(second.next);
  CHECK(must(opened.reader->runs(2, 6, 3)).items.empty());
}

TEST_CASE("missing ids are not found") {
  TemporaryDirectory directory;
  Opened opened(directory);
  CHECK(must(opened.reader->experiments(std::nullopt, 10)).items.empty());
  CHECK_FALSE(must(opened.reader->running_run()));
  CHECK(kind_of(opened.reader->experiment(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->runs(1, std::nullopt, 10)) == Kind::not_found);
  CHECK(kind_of(opened.reader->runs_finished_after(1, 0, 10)) == Kind::not_found);
  CHECK(kind_of(opened.reader->summary_input(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->ended_runs(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->run(1)) == Kind::not_found);
  CHECK(kind_of(opened.reader->perf_raw(1)) == Kind::not_found);
}

TEST_CASE("the queue has the unfinished experiments in order, with their remaining work") {
  TemporaryDirectory directory;
  Opened opened(directory);
  CHECK(must(opened.reader->queue()).empty());
  for (int i = 0; i < 4; ++i) enqueue(*opened.store, 1 + i);
  must(opened.store->finish(claim(*opened.store).id, completed()));
  must(opened.store->finish(claim(*opened.store).id, completed()));
  must(opened.store->cancel(3));
  const auto queue = must(opened.reader->queue());
  REQUIRE(queue.size() == 2);
  CHECK(queue[0].id == 2);
  CHECK(queue[0].runs_left == 1);
  CHECK(queue[0].runs_left_at_most == 1);
  CHECK(queue[0].run == opened.experiment(2).spec.warmup + opened.experiment(2).spec.duration);
  CHECK(queue[1].id == 4);
  CHECK(queue[1].runs_left == 4);
}

TEST_CASE("experiments are found by a current tag, page by page") {
  TemporaryDirectory directory;
  Opened opened(directory);
  for (int i = 0; i < 5; ++i) enqueue(*opened.store, 1);
  for (const ExperimentId id : {1, 3, 5}) must(opened.store->annotate(id, {{}, {}, {{"a", "b"}}, {}}));
  const auto ids = [&](std::optional<ExperimentId> before, int64_t limit, const char* tag) {
    std::vector<ExperimentId> found;
    for (const auto& record : must(opened.reader->experiments(before, limit, tag)).items) found.push_back(record.id);
    return found;
  };
  CHECK(ids(std::nullopt, 10, "a") == std::vector<ExperimentId>{5, 3, 1});
  CHECK(ids(std::nullopt, 2, "b") == std::vector<ExperimentId>{5, 3});
  CHECK(must(opened.reader->experiments(std::nullopt, 2, "b")).next == 3);
  CHECK(ids(3, 2, "b") == std::vector<ExperimentId>{1});
  must(opened.store->annotate(3, {{}, {}, {{"b"}}, {}}));
  must(opened.store->annotate(1, {{}, "a note", {}, {}}));
  must(opened.store->cancel(5));
  must(opened.store->erase(5));
  CHECK(ids(std::nullopt, 10, "a") == std::vector<ExperimentId>{1});
  CHECK(ids(std::nullopt, 10, "b") == std::vector<ExperimentId>{3, 1});
  CHECK(ids(std::nullopt, 10, "c").empty());
}

TEST_CASE("a history has the newest experiments' values of one figure") {
  TemporaryDirectory directory;
  Opened opened(directory);
  for (int i = 1; i <= 4; ++i) {
    enqueue(*opened.store, 3);
    must(opened.store->finish(claim(*opened.store).id, completed(i)));
    RunResult doubtful = completed(i + 0.5);
    doubtful.flags = {{FlagKind::api, "A sentence."}};
    must(opened.store->finish(claim(*opened.store).id, doubtful));
    must(opened.store->finish(claim(*opened.store).id, failed("no")));
  }
  const auto history = [&](const Configuration& configuration, std::string_view figure, size_t experiments, size_t values) {
    return must(opened.reader->history(configuration, *find_figure(figure), experiments, values));
  };
  const Configuration measured{EngineMode::one_copy, 512, 2};
  const auto all = history(measured, "throughput_gbps", 10, 1000);
  REQUIRE(all.size() == 4);
  CHECK(all[0].experiment_id == 1);
  CHECK(all[3].values == std::vector<double>{4, 4.5});
  CHECK(all[3].flagged == 1);
  CHECK(history(measured, "throughput_gbps", 2, 1000).front().experiment_id == 3);
  CHECK(history(measured, "throughput_gbps", 10, 3).front().experiment_id == 3);
  CHECK(history(measured, "cpu_ns_per_byte", 10, 1000).empty());
  CHECK(history({EngineMode::two_copy, 512, 2}, "throughput_gbps", 10, 1000).empty());
}

TEST_CASE("the running run is reported while it runs") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  const ClaimedRun run = claim(*opened.store);
  const auto running = must(opened.reader->running_run());
  REQUIRE(running);
  CHECK(running->id == run.id);
  CHECK(running->state == RunState::running);
  must(opened.store->finish(run.id, completed()));
  CHECK_FALSE(must(opened.reader->running_run()));
}

TEST_CASE("finished runs are followed by their sequence, including interrupted ones") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 4);
  CHECK(must(opened.reader->runs_finished_after(1, 0, 10)).empty());
  must(opened.store->finish(claim(*opened.store).id, completed()));
  must(opened.store->finish(claim(*opened.store).id, {Interrupted{"x"}, Json::object(), ""}));
  must(opened.store->finish(claim(*opened.store).id, completed()));
  must(opened.store->cancel(1));
  const auto all = must(opened.reader->runs_finished_after(1, 0, 10));
  REQUIRE(all.size() == 5);
  for (size_t i = 0; i < all.size(); ++i) CHECK(all[i].finish_sequence == static_cast<int64_t>(i) + 1);
  CHECK(all[1].state == RunState::interrupted);
  const auto rest = must(opened.reader->runs_finished_after(1, 3, 1));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].id == all[3].id);
}

TEST_CASE("a run has its evidence and perf's text") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  CHECK(must(opened.reader->run(1)).evidence_json == "{}");
  CHECK(must(opened.reader->perf_raw(1)).empty());
  must(opened.store->finish(claim(*opened.store).id, completed()));
  const auto run = must(opened.reader->run(1));
  CHECK(run.evidence_json == R"({"samples":{"every_ms":100,"bytes":[1,2,3]}})");
  CHECK(run.state == RunState::completed);
  CHECK(run.experiment_id == 1);
  CHECK(run.finish_sequence == 1);
  CHECK(must(opened.reader->perf_raw(1)) == "perf said this");
}

TEST_CASE("the summary sees the final runs, without interrupted ones") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 4);
  CHECK(must(opened.reader->summary_input(1)).empty());
  must(opened.store->finish(claim(*opened.store).id, completed(5)));
  must(opened.store->finish(claim(*opened.store).id, failed("x")));
  must(opened.store->finish(claim(*opened.store).id, {Interrupted{"x"}, Json::object(), ""}));
  claim(*opened.store);
  const auto input = must(opened.reader->summary_input(1));
  REQUIRE(input.size() == 2);
  CHECK(input[0].state == RunState::completed);
  CHECK(input[0].planned.configuration == Configuration{EngineMode::one_copy, 512, 2});
  CHECK(input[0].figures.throughput_gbps == 5);
  CHECK(input[1].state == RunState::failed);
  const auto ended = must(opened.reader->ended_runs(1));
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].id == input[0].id);
  CHECK(ended[0].configuration == input[0].planned.configuration);
  // In the requested order, up to the deleted one.
  const RunId asked[] = {input[1].id, input[0].id, 999, input[0].id};
  const auto some = must(opened.reader->summary_input_of(asked));
  REQUIRE(some.size() == 2);
  CHECK(some[0].id == input[1].id);
  CHECK(some[1].figures == input[0].figures);
}

TEST_CASE("readers see consistent states while a writer works") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const auto record = enqueue(*store, 60);
  const auto readers = must(ReaderPool::open(store->database_path(), 2));
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const auto reader = readers->lease();
        const auto seen = reader->experiment(record.id);
        const auto finished = reader->runs_finished_after(record.id, 0, 1000);
        CHECK(seen);
        CHECK(finished);
        if (seen && finished) CHECK(static_cast<int64_t>(finished->size()) >= seen->runs.completed);
      }
    });
  }
  CHECK(complete_all(*store) == 60);
  done = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("an overview counts the experiments, and finds the last completed run of each engine") {
  TemporaryDirectory directory;
  Opened opened(directory);
  CHECK(must(opened.reader->counts()).runs.total == 0);
  CHECK(must(opened.reader->counts()).experiments.size() == names<ExperimentState>().size());
  CHECK(must(opened.reader->last_completed_runs()).empty());
  enqueue(*opened.store, 2);
  enqueue(*opened.store, 5);
  const ClaimedRun first = claim(*opened.store);
  must(opened.store->finish(first.id, completed(3.0)));
  must(opened.store->finish(claim(*opened.store).id, failed("no")));
  const ClaimedRun last = claim(*opened.store);
  must(opened.store->finish(last.id, completed(4.0)));
  const ClaimedRun under_way = claim(*opened.store);

  const StoreCounts counts = must(opened.reader->counts());
  CHECK(counts.experiments.at(ExperimentState::completed) == 1);
  CHECK(counts.experiments.at(ExperimentState::running) == 1);
  CHECK(counts.experiments.at(ExperimentState::queued) == 0);
  CHECK(counts.runs.total == 7);
  CHECK(counts.runs.completed == 2);
  CHECK(counts.runs.failed == 1);
  CHECK(counts.runs_running == 1);
  const auto runs = must(opened.reader->last_completed_runs());
  REQUIRE(runs.size() == 1);  // of one engine
  CHECK(runs[0].id == last.id);
  CHECK(runs[0].figures.throughput_gbps == 4.0);
  // It was deleted with its experiment; the one before it is the last again.
  must(opened.store->cancel(2));
  must(opened.store->finish(under_way.id, {Cancelled{}, Json::object(), ""}));
  must(opened.store->erase(2));
  REQUIRE(must(opened.reader->last_completed_runs()).size() == 1);
  CHECK(must(opened.reader->last_completed_runs())[0].id == first.id);
}
