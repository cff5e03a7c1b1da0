#include "core/store/restore.h"

#include <fmt/format.h>

#include <fstream>
#include <set>

#include "core/database/data_lock.h"
#include "core/store/backup.h"
#include "core/store/schema.h"
#include "damage.h"
#include "fixture.h"

using namespace copybench;
namespace fs = std::filesystem;
using Access = DatabaseConnection::Access;

namespace {

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

// Makes a backup of a store with this many completed runs.
fs::path backup_of(const TemporaryDirectory& elsewhere, int64_t runs) {
  TemporaryDirectory directory;
  fill(directory, runs);
  const fs::path file = elsewhere.path() / fmt::format("{}-runs.db", runs);
  must(back_up(directory.path(), file));
  return file;
}

int64_t runs_of(const TemporaryDirectory& directory) {
  Opened opened(directory);
  return static_cast<int64_t>(opened.runs(1).size());
}

void execute(const fs::path& database, const std::string& sql) {
  const auto connection = must(DatabaseConnection::open(database, Access::read_write));
  REQUIRE_FALSE(connection->attempt([&] { connection->execute(sql); }));
}

}  // namespace

TEST_CASE("a backup replaces the database, which is kept with its -wal and -shm") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = backup_of(elsewhere, 3);
  fill(directory, 5);
  // The state that a killed daemon leaves: the last commits are in the -wal alone.
  TemporaryDirectory living;
  const auto store = open_store(living);
  enqueue(*store, 7);
  complete_all(*store);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::copy_file(living.database().string() + suffix, directory.database().string() + suffix,
                  fs::copy_options::overwrite_existing);
  }
  const Restored restored = must(restore(directory.path(), file));
  CHECK(restored.copy.runs == 3);
  CHECK(restored.copy.unfinished == 0);
  REQUIRE(restored.kept.size() == 3);
  CHECK(restored.kept[1].string() == restored.kept[0].string() + "-wal");
  CHECK(runs_of(directory) == 3);
  // Restoring the kept database loses nothing that it had.
  must(restore(directory.path(), restored.kept[0]));
  CHECK(runs_of(directory) == 7);
}

TEST_CASE("a backup is restored into an empty directory") {
  TemporaryDirectory elsewhere, parent;
  const fs::path directory = parent.path() / "new";
  CHECK(must(restore(directory, backup_of(elsewhere, 3))).kept.empty());
  CHECK(names_in(directory) == std::set<std::string>{"copybench.db", "copybench.lock"});
}

TEST_CASE("a file that is not a sound backup is rejected, and nothing is changed") {
  TemporaryDirectory directory, elsewhere;
  fill(directory, 5);
  const auto before = names_in(directory.path());
  const auto refused = [&](const fs::path& file) {
    const auto restored = restore(directory.path(), file);
    CHECK(names_in(directory.path()) == before);
    return kind_of(restored);
  };
  CHECK(refused(elsewhere.path() / "nothing.db") == StoreError::Kind::not_found);
  CHECK(refused(elsewhere.path()) == StoreError::Kind::not_found);
  CHECK(refused(directory.database()) == StoreError::Kind::conflict);
  const fs::path text = elsewhere.path() / "text.db";
  std::ofstream(text) << std::string(5000, 'x');
  CHECK(refused(text) == StoreError::Kind::corrupt);
  for (const std::string strange :
       {"CREATE TRIGGER t AFTER INSERT ON experiments BEGIN DELETE FROM experiments WHERE id < NEW.id; END",
        "CREATE VIEW v AS SELECT * FROM runs", "CREATE TABLE strange (x)", "ALTER TABLE runs ADD COLUMN strange TEXT"}) {
    CAPTURE(strange);
    const fs::path hostile = backup_of(elsewhere, 2);
    execute(hostile, strange);
    CHECK(refused(hostile) == StoreError::Kind::corrupt);
    fs::remove(hostile);
  }
  const fs::path damaged = backup_of(elsewhere, 50);
  damage_root_page(damaged, "run_evidence");
  CHECK(refused(damaged) == StoreError::Kind::corrupt);
  const fs::path cut = backup_of(elsewhere, 51);
  fs::resize_file(cut, fs::file_size(cut) / 2);
  CHECK(refused(cut) == StoreError::Kind::corrupt);
  const fs::path newer = backup_of(elsewhere, 3);
  execute(newer, fmt::format("PRAGMA user_version={}", schema_version() + 1));
  CHECK(refused(newer) == StoreError::Kind::newer);
  execute(newer, "PRAGMA application_id=1");
  CHECK(refused(newer) == StoreError::Kind::corrupt);
  CHECK(runs_of(directory) == 5);
}

TEST_CASE("a directory in use stays untouched") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = backup_of(elsewhere, 3);
  const auto store = open_store(directory);
  const auto restored = restore(directory.path(), file);
  CHECK(kind_of(restored) == StoreError::Kind::locked);
  CHECK(restored.error().message.find("is in use by process") != std::string::npos);
}

TEST_CASE("an interrupted restore is completed, at any step, when the directory is next opened") {
  TemporaryDirectory elsewhere;
  const fs::path file = backup_of(elsewhere, 3);
  // This many of the existing files were already moved aside.
  for (int done = 0; done <= 3; ++done) {
    CAPTURE(done);
    TemporaryDirectory directory;
    fill(directory, 5);
    std::ofstream(directory.database().string() + "-wal") << "w";
    std::ofstream(directory.database().string() + "-shm") << "s";
    fs::copy_file(file, directory.database().string() + ".restored-20261122T141850.123Z");
    const char* suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < done; ++i) {
      fs::rename(directory.database().string() + suffixes[i],
                 directory.database().string() + ".before-20261122T141850.123Z" + suffixes[i]);
    }
    CHECK(runs_of(directory) == 3);
    for (const char* suffix : suffixes) {
      CHECK(fs::exists(directory.database().string() + ".before-20261122T141850.123Z" + suffix));
    }
  }
}

TEST_CASE("a restore that was interrupted earlier leaves the old database, and the next start removes its files") {
  TemporaryDirectory directory, elsewhere;
  fill(directory, 5);
  std::ofstream(directory.database().string() + ".restoring") << "half a data";
  std::ofstream(directory.database().string() + ".restoring-journal") << "j";
  CHECK(runs_of(directory) == 5);
  CHECK_FALSE(fs::exists(directory.database().string() + ".restoring"));
  CHECK_FALSE(fs::exists(directory.database().string() + ".restoring-journal"));
  must(restore(directory.path(), backup_of(elsewhere, 3)));
  CHECK(runs_of(directory) == 3);
}

TEST_CASE("a backup of an earlier version is migrated") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = elsewhere.path() / "old.db";
  {
    const auto old = must(DatabaseConnection::open(file, Access::create));
    must(migrate(*old, 1));
    REQUIRE_FALSE(old->attempt([&] {
      old->execute("INSERT INTO experiments (state, spec_json, created_at_ms, runs_total) VALUES ('completed', '" +
                   to_json(plan_of(1).spec).dump() + "', 1, 0)");
    }));
  }
  const Restored restored = must(restore(directory.path(), file));
  CHECK(restored.copy.schema_version == 1);
  Opened opened(directory);
  CHECK(opened.experiment(1).annotations == Annotations{});
}

TEST_CASE("a missing file is distinguished from an empty one") {
  TemporaryDirectory directory, elsewhere;
  const auto said = [&](const fs::path& file) { return restore(directory.path(), file).error().message; };
  CHECK(said(elsewhere.path() / "none") == "There is no file " + (elsewhere.path() / "none").string() + ". Name a file that copybenchd backup made.");
  CHECK(said(elsewhere.path()).find(" is no file. Name") != std::string::npos);
  const fs::path empty = elsewhere.path() / "empty";
  std::ofstream{empty};
  CHECK(said(empty).find(" is empty. Name") != std::string::npos);
}

TEST_CASE("an invalid backup creates no data directory") {
  TemporaryDirectory elsewhere;
  const fs::path file = elsewhere.path() / "text", into = elsewhere.path() / "new";
  std::ofstream(file) << "no database, but long enough for the header of one: " << std::string(200, 'x');
  CHECK_FALSE(restore(into, file));
  CHECK_FALSE(fs::exists(into));
}

TEST_CASE("the mode of something other than a file is not copied") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = backup_of(elsewhere, 1);
  fs::create_directory(directory.database());
  fs::permissions(directory.database(), fs::perms(0755));
  must(restore(directory.path(), file));
  CHECK((fs::status(directory.database()).permissions() & fs::perms(0077)) == fs::perms::none);
}

TEST_CASE("an export is named as such, with the command that imports it") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = elsewhere.path() / "experiment.ndjson";
  std::ofstream(file) << R"({"copybench_export": 1})" << "\n";
  const auto refused = restore(directory.path(), file);
  CHECK(kind_of(refused) == StoreError::Kind::invalid);
  CHECK(refused.error().message.find("copybenchd import") != std::string::npos);
}

TEST_CASE("private files stay private") {
  TemporaryDirectory directory, elsewhere;
  const auto mode = [](const fs::path& file) { return static_cast<unsigned>(fs::status(file).permissions()); };
  const fs::path file = backup_of(elsewhere, 3);
  REQUIRE(mode(file) == 0600);
  must(restore(directory.path(), file));
  CHECK(mode(directory.database()) == 0600);
  fs::permissions(directory.database(), fs::perms(0640));
  must(restore(directory.path(), file));
  CHECK(mode(directory.database()) == 0640);
}
