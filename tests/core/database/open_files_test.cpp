// Files of the data directory that are removed, replaced, truncated or overwritten while the store has them open.
#include "core/database/open_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "core/analysis/adaptive.h"
#include "core/base/unique_fd.h"
#include "core/store/backup.h"
#include "core/store/fixture.h"
#include "core/store/reader_pool.h"

using namespace copybench;
namespace fs = std::filesystem;
using Kind = StoreError::Kind;

namespace {

const IdempotencyKey kKey{"key", "digest"};

// Holds one experiment with an idempotency key and one that is being measured.
struct Prepared {
  Prepared() : store(open_store(directory)) {
    must(store->enqueue(plan_of(1), kKey, [](const ExperimentRecord&) { return std::string("answer"); }));
    enqueue(*store, 2);
    complete_one();
    run = claim(*store).id;
  }
  void complete_one() { must(store->finish(claim(*store).id, completed())); }

  fs::path file(const std::string& name) const { return directory.path() / name; }

  // Nothing is acknowledged any more, and the status reports it before anybody tries to write.
  void refuses(Kind kind, const std::string& name) {
    CAPTURE(name);
    const auto told = store->last_write_error();
    if (kind == Kind::lost) REQUIRE(told);
    const auto queued = store->enqueue(plan_of(1), std::nullopt, nullptr);
    CHECK(kind_of(queued) == kind);
    CHECK(queued.error().message.find(name) != std::string::npos);
    CHECK(kind_of(store->find_answer(kKey)) == kind);
    CHECK(kind_of(store->finish(run, completed())) == kind);
    CHECK(kind_of(store->claim_next()) == kind);
    CHECK(kind_of(store->cancel(1)) == kind);
    CHECK(kind_of(store->erase(1)) == kind);
    REQUIRE(store->last_write_error());
    CHECK(store->last_write_error()->kind == kind);
    CHECK_FALSE(store->try_again());
  }

  void goes_on() {
    CHECK(store->try_again());
    CHECK_FALSE(store->last_write_error());
    must(store->finish(run, completed()));
    enqueue(*store, 1);
  }

  TemporaryDirectory directory;
  std::unique_ptr<Store> store;
  RunId run = 0;
};

constexpr const char* kFiles[] = {"copybench.db", "copybench.db-wal", "copybench.db-shm", "copybench.lock"};

}  // namespace

TEST_CASE("nothing is acknowledged while a file is missing, and everything works when it is back") {
  for (const std::string name : kFiles) {
    Prepared prepared;
    fs::rename(prepared.file(name), prepared.file("aside"));
    prepared.refuses(Kind::lost, name);
    CHECK(prepared.store->last_write_error()->message.find("removed") != std::string::npos);
    fs::rename(prepared.file("aside"), prepared.file(name));
    prepared.goes_on();
  }
}

TEST_CASE("a copy in the place of a file is a different file") {
  for (const std::string name : kFiles) {
    Prepared prepared;
    fs::rename(prepared.file(name), prepared.file("aside"));
    fs::copy_file(prepared.file("aside"), prepared.file(name));
    prepared.refuses(Kind::lost, name);
    CHECK(prepared.store->last_write_error()->message.find("replaced") != std::string::npos);
  }
}

TEST_CASE("renaming the whole directory is detected too") {
  Prepared prepared;
  const fs::path aside = prepared.directory.path().string() + ".aside";
  fs::rename(prepared.directory.path(), aside);
  prepared.refuses(Kind::lost, "copybench.lock");
  fs::rename(aside, prepared.directory.path());
  prepared.goes_on();
}

TEST_CASE("a file that another program truncated or overwrote stays rejected") {
  Prepared prepared;
  std::string name = "copybench.db";
  SUBCASE("database cut") {
    prepared.store->checkpoint_wal();
    fs::resize_file(prepared.file(name), fs::file_size(prepared.file(name)) - 4096);
  }
  SUBCASE("database emptied") { fs::resize_file(prepared.file(name), 0); }
  SUBCASE("log emptied") { fs::resize_file(prepared.file(name = "copybench.db-wal"), 0); }
  SUBCASE("log cut by a byte") {
    name = "copybench.db-wal";
    fs::resize_file(prepared.file(name), fs::file_size(prepared.file(name)) - 1);
  }
  SUBCASE("database overwritten in place") {
    TemporaryDirectory elsewhere;
    must(back_up(prepared.directory.path(), elsewhere.path() / "backup"));
    std::ifstream from(elsewhere.path() / "backup", std::ios::binary);
    std::ofstream(prepared.file(name), std::ios::binary | std::ios::in) << from.rdbuf();
  }
  SUBCASE("log overwritten in place") {
    name = "copybench.db-wal";
    std::fstream(prepared.file(name), std::ios::binary | std::ios::in | std::ios::out) << std::string(32, 'x');
  }
  prepared.refuses(Kind::corrupt, name);
}

TEST_CASE("bytes that another program wrote into the middle of the log are damage, and a new mtime alone is not") {
  Prepared store;
  const fs::path log = store.file("copybench.db-wal");
  must(store.store->annotate(1, {{}, "a note", {}, {}}));
  REQUIRE(fs::file_size(log) > 4096);
  fs::last_write_time(log, fs::file_time_type::clock::now() + std::chrono::seconds(5));
  CHECK_FALSE(store.store->last_write_error());
  must(store.store->annotate(1, {{}, "another note", {}, {}}));
  {
    std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
    file << std::string(64, '\xa5');
  }
  fs::last_write_time(log, fs::file_time_type::clock::now() + std::chrono::seconds(9));
  REQUIRE(store.store->last_write_error());
  store.refuses(Kind::corrupt, "copybench.db-wal was overwritten");
}

TEST_CASE("a truncated index ends neither the store nor its readers") {
  Prepared prepared;
  const auto readers = must(ReaderPool::open(prepared.file("copybench.db"), 1));
  must(readers->lease()->experiment(1));
  fs::resize_file(prepared.file("copybench.db-shm"), 0);
  CHECK(kind_of(readers->lease()->experiment(1)) == Kind::corrupt);
  REQUIRE(readers->damage());
  CHECK(readers->damage()->message.find("copybench.db-shm was cut") != std::string::npos);
  prepared.refuses(Kind::corrupt, "copybench.db-shm");
}

TEST_CASE("a log that lost its content is damage for readers too") {
  Prepared prepared;
  const auto readers = must(ReaderPool::open(prepared.file("copybench.db"), 1));
  fs::resize_file(prepared.file("copybench.db-wal"), 0);
  CHECK(kind_of(readers->lease()->experiment(1)) == Kind::corrupt);
  CHECK(readers->damage());
}

TEST_CASE("the index has no holes, for which a full disk would have no room") {
  Prepared prepared;
  struct stat status {};
  REQUIRE(::stat(prepared.file("copybench.db-shm").c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 >= status.st_size);
}

TEST_CASE("the store's own changes to its files are not another program's") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  RunResult large = completed();
  large.evidence["filler"] = std::string(200'000, 'x');
  for (int i = 0; i < 5; ++i) {
    const ExperimentId id = enqueue(*store, 10).id;
    while (auto claimed = must(store->claim_next())) must(store->finish(claimed->id, large));
    store->checkpoint_wal();
    must(store->erase(id));
    while (must(store->give_back_space())) {
    }
    CHECK_FALSE(store->last_write_error());
  }
  must(store->convert_to_give_back_space());
  enqueue(*store, 1);
  // Readers in other processes use the same files.
  TemporaryDirectory elsewhere;
  must(back_up(directory.path(), elsewhere.path() / "backup"));
  enqueue(*store, 1);
}

TEST_CASE("another program that writes through SQLite truncates and overwrites nothing") {
  Prepared prepared;
  const auto other = must(DatabaseConnection::open(prepared.file("copybench.db"), DatabaseConnection::Access::read_write));
  AnnotationChange change;
  change.notes = "x";
  const auto write = [&] {
    CHECK_FALSE(other->attempt([&] { other->execute("UPDATE experiments SET notes = notes || 'x' WHERE id = 1"); }));
    must(prepared.store->annotate(2, change));
    CHECK_FALSE(prepared.store->last_write_error());
  };
  SUBCASE("in the middle of the log") { write(); }
  SUBCASE("an empty log") {
    prepared.store->checkpoint_wal();
    REQUIRE(fs::file_size(prepared.file("copybench.db-wal")) == 0);
    write();
    CHECK(fs::file_size(prepared.file("copybench.db-wal")) > 0);
  }
  must(prepared.store->finish(prepared.run, completed()));
  CHECK_FALSE(prepared.store->last_write_error());
}

TEST_CASE("a second daemon never gets in beside the first, whatever happens to the lock's file") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const fs::path lock = directory.path() / "copybench.lock";
  fs::remove(lock);
  CHECK(kind_of(Store::open(directory.path(), advise)) == Kind::locked);
  std::ofstream(lock) << "1\n";
  CHECK(kind_of(Store::open(directory.path(), advise)) == Kind::locked);
}
