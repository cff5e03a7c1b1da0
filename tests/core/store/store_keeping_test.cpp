// Annotations of stored experiments, and the conditions of their deletion.
#include "core/store/store.h"

#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

TEST_CASE("notes, tags and a pin are stored with an experiment and can change at any time") {
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

TEST_CASE("experiments are found by an exact tag, page by page") {
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

TEST_CASE("erase removes the runs too, and never a running experiment") {
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

TEST_CASE("ids and finish sequences are never reused") {
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

TEST_CASE("everything survives reopening the store") {
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
