#include "core/store/store.h"

#include <thread>

#include "core/analysis/adaptive.h"
#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

TEST_CASE("an idempotency key returns the first answer again") {
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
  CHECK(enqueue(*store, 1).id == 2);  // and nothing of the rejected one was stored

  // A deleted experiment keeps its key too: a late retry must not queue a second one.
  must(store->erase(1));
  REQUIRE(must(store->find_answer(key)));
  CHECK(must(store->find_answer(key))->body == "experiment 1");
}

TEST_CASE("a transaction that does not end is reported, and one that ends is not") {
  TemporaryDirectory directory;
  auto store = must(Store::open(directory.path(), advise));
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

TEST_CASE("a second store on the same data is rejected, and accepted afterwards") {
  TemporaryDirectory directory;
  auto first = open_store(directory);
  const auto second = Store::open(directory.path(), advise);
  CHECK(kind_of(second) == Kind::locked);
  first.reset();
  open_store(directory);
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
