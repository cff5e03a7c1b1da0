#include "core/store/retention.h"

#include <fmt/format.h>

#include "core/store/schema.h"
#include "fixture.h"

using namespace copybench;
using Access = DatabaseConnection::Access;

namespace {

constexpr int64_t kDayMs = 24 * 3600 * 1000;

// Backdates the experiment's end by this many days.
void age(const TemporaryDirectory& directory, ExperimentId id, int64_t days) {
  const auto connection = must(DatabaseConnection::open(directory.database(), Access::read_write));
  REQUIRE_FALSE(connection->attempt([&] {
    connection->execute(fmt::format("UPDATE experiments SET finished_at_ms = finished_at_ms - {} WHERE id = {}", days * kDayMs, id));
  }));
}

std::vector<ExperimentId> removed_by(Store& store, const RetentionPolicy& policy) {
  std::vector<ExperimentId> ids;
  while (auto removed = must(store.remove_expired(policy))) ids.push_back(removed->id);
  return ids;
}

// Evidence of a real run's size.
RunResult with_evidence() {
  RunResult result = completed();
  result.evidence["filler"] = std::string(20'000, 'x');
  return result;
}

void fill_with_evidence(Store& store, int experiments) {
  for (int i = 0; i < experiments; ++i) {
    enqueue(store, 10, fmt::format("number {}", i + 1));
    while (auto claimed = must(store.claim_next())) must(store.finish(claimed->id, with_evidence()));
  }
}

using Ids = std::vector<ExperimentId>;

}  // namespace

TEST_CASE("without a policy nothing is removed") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  enqueue(*store, 1);
  complete_all(*store);
  CHECK(removed_by(*store, {}).empty());
}

TEST_CASE("by age: the oldest expired experiments go first; pinned and unfinished ones stay") {
  TemporaryDirectory directory;
  for (int i = 1; i <= 4; ++i) {
    const auto store = open_store(directory);
    enqueue(*store, 2, fmt::format("number {}", i));
    complete_all(*store);
  }
  must(open_store(directory)->annotate(2, {{}, {}, {}, true}));
  enqueue(*open_store(directory), 1);
  age(directory, 1, 31);
  age(directory, 2, 40);
  age(directory, 3, 32);
  age(directory, 4, 29);
  Opened opened(directory);
  const RetentionPolicy policy{std::chrono::days(30), {}};
  const auto first = must(opened.store->remove_expired(policy));
  REQUIRE(first);
  CHECK(first->id == 3);
  CHECK(first->name == "number 3");
  CHECK(first->runs == 2);
  CHECK(first->why == "older than 30 days");
  CHECK(removed_by(*opened.store, policy) == Ids{1});
  CHECK(kind_of(opened.reader->run(1)) == StoreError::Kind::not_found);
  CHECK(must(opened.reader->experiments(std::nullopt, 10)).items.size() == 3);
}

TEST_CASE("by size: the oldest go until the rest fits, and the file shrinks") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  fill_with_evidence(*store, 6);
  must(store->annotate(1, {{}, {}, {}, true}));
  const auto before = must(store->size());
  REQUIRE(before.used > 1'000'000);
  const Ids first = removed_by(*store, {{}, before.used / 2});
  CHECK(first[0] == 2);
  CHECK(first.size() < 5);
  CHECK(must(store->size()).used <= before.used / 2);
  CHECK(removed_by(*store, {{}, 1}).back() == 6);
  const auto emptied = must(store->size());
  CHECK(emptied.file == before.file);
  CHECK(emptied.used < before.used / 2);
  while (must(store->give_back_space())) {
  }
  const auto after = must(store->size());
  CHECK(after.file == after.used);
  CHECK(static_cast<int64_t>(std::filesystem::file_size(directory.database())) == after.file);
}

TEST_CASE("a database of an early version frees no disk space until it is converted") {
  TemporaryDirectory directory;
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), Access::create));
    must(migrate(*connection));
  }
  const auto store = open_store(directory);
  fill_with_evidence(*store, 3);
  CHECK_FALSE(must(store->can_give_back_space()));
  removed_by(*store, {{}, 1});
  CHECK_FALSE(must(store->give_back_space()));
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  must(store->convert_to_give_back_space());
  CHECK(must(store->can_give_back_space()));
  CHECK(must(store->size()).file < 200'000);
  CHECK(must(readers->lease()->experiments(std::nullopt, 10)).items.empty());
}

TEST_CASE("the last trusted time is the recorded one, else that of this machine's newest experiment") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  CHECK_FALSE(must(store->last_trusted_time()));
  enqueue(*store, 1);
  complete_all(*store);
  const auto newest = must(store->last_trusted_time());
  REQUIRE(newest);
  CHECK(utc_now() - *newest < std::chrono::minutes(1));
  const UtcTime earlier = *newest - std::chrono::days(10);
  must(store->believe_time(earlier));
  CHECK(must(store->last_trusted_time()) == earlier);
  must(store->believe_time(*newest));
  CHECK(must(store->last_trusted_time()) == *newest);
}
