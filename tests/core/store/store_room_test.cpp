// The store without free space: which calls fail, which go on, and the size of SQLite's log beside the database.
#include "core/store/store.h"

#include <filesystem>

#include "core/database/connection.h"
#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

TEST_CASE("a full database rejects what does not fit, keeps its content, and recovers when there is room") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 10);
  const ClaimedRun run = claim(*opened.store);
  RunResult huge = completed();
  huge.perf_raw = std::string(1 << 20, 'x');
  // A file may not grow beyond a quarter of that: write() fails with EFBIG, like ENOSPC on a full disk.
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

TEST_CASE("after a failed write the store recovers once one would succeed, though nobody writes") {
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

TEST_CASE("if the WAL takes all the room, it is checkpointed, and writing goes on") {
  TemporaryDirectory directory;
  Opened opened(directory);
  // Limits every file's size, like a small disk; by default SQLite checkpoints the WAL at 4 MB.
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

TEST_CASE("between runs the WAL is truncated, unless a reader needs it") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 3);
  const std::string wal = directory.database().string() + "-wal";
  CHECK(std::filesystem::file_size(wal) > 0);
  opened.store->checkpoint_wal();
  CHECK(std::filesystem::file_size(wal) == 0);
  CHECK(opened.experiment(1).runs.total == 3);

  const auto reading = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_only));
  REQUIRE_FALSE(reading->attempt([&] {
    reading->execute("BEGIN");
    CHECK(reading->integer("SELECT count(*) FROM experiments") == 1);
    enqueue(*opened.store, 3);
    const auto asked = Monotonic::now();
    opened.store->checkpoint_wal();
    CHECK(Monotonic::now() - asked < std::chrono::seconds(5));  // as long as SQLite would wait for the reader
    CHECK(std::filesystem::file_size(wal) > 0);
    reading->execute("COMMIT");
  }));
  CHECK(opened.experiment(2).runs.total == 3);
}
