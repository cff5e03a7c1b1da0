#include "core/store/open.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "core/analysis/adaptive.h"
#include "core/store/schema.h"
#include "damage.h"
#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

// Checks that opening fails with `kind` and that the file keeps every byte.
void check_refused(const TemporaryDirectory& directory, Kind kind) {
  const std::string before = content_of(directory.database());
  CHECK(kind_of(Store::open(directory.path(), advise)) == kind);
  CHECK(content_of(directory.database()) == before);
}

}  // namespace

TEST_CASE("a missing data directory is created, with a database of the current schema") {
  TemporaryDirectory directory;
  const auto nested = directory.path() / "a" / "b";
  must(Store::open(nested, advise));
  const auto connection =
      must(DatabaseConnection::open(nested / "copybench.db", DatabaseConnection::Access::read_only));
  CHECK(check_version(*connection));
  CHECK_FALSE(std::filesystem::exists(nested / "copybench.db.new"));
}

TEST_CASE("the writer's connection is durable") {
  TemporaryDirectory directory;
  const auto connection = must(open_for_writing(directory.path()));
  const auto failed = connection->attempt([&] {
    CHECK(connection->integer("PRAGMA synchronous") == 2);
    CHECK(connection->integer("PRAGMA foreign_keys") == 1);
    CHECK(connection->integer("PRAGMA busy_timeout") > 0);
    Query mode(*connection, "PRAGMA journal_mode");
    REQUIRE(mode.step());
    CHECK(mode.text(0) == "wal");
  });
  CHECK_FALSE(failed);
}

TEST_CASE("an unfinished creation is started anew") {
  TemporaryDirectory directory;
  write_file(directory.path() / "copybench.db.new", "half a database");
  open_store(directory);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "copybench.db.new"));
}

TEST_CASE("a newer schema is rejected, and the file is kept") {
  TemporaryDirectory directory;
  fill(directory, 1);
  {
    const auto connection =
        must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(
        connection->attempt([&] { connection->execute(fmt::format("PRAGMA user_version={}", schema_version() + 1)); }));
  }
  check_refused(directory, Kind::newer);
}

TEST_CASE("damaged files are rejected and kept") {
  TemporaryDirectory directory;
  SUBCASE("no database at all") { write_file(directory.database(), std::string(10'000, 'x')); }
  SUBCASE("empty") { write_file(directory.database(), ""); }
  SUBCASE("cut off") {
    fill(directory, 200);
    std::filesystem::resize_file(directory.database(), std::filesystem::file_size(directory.database()) / 2);
  }
  SUBCASE("overwritten in the middle") {
    fill(directory, 50);
    damage_root_page(directory.database(), "runs");
  }
  SUBCASE("another program's database") {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::create));
    REQUIRE_FALSE(connection->attempt([&] { connection->execute("CREATE TABLE theirs (a)"); }));
  }
  check_refused(directory, Kind::corrupt);
}

TEST_CASE("another program's change to the tables is reported as damage") {
  TemporaryDirectory directory;
  fill(directory, 3);
  std::string change, told;
  SUBCASE("a table dropped") { change = "DROP TABLE experiment_counts", told = "table experiment_counts is gone"; }
  SUBCASE("an index dropped") { change = "DROP INDEX idempotency_keys_by_age", told = "index idempotency_keys_by_age is gone"; }
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(connection->attempt([&] { connection->execute(change); }));
  }
  const auto refused = Store::open(directory.path(), advise);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::corrupt);
  CHECK_MESSAGE(refused.error().message.find(told) != std::string::npos, refused.error().message);
}

TEST_CASE("an additional index is not damage") {
  TemporaryDirectory directory;
  fill(directory, 3);
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(connection->attempt([&] { connection->execute("CREATE INDEX theirs ON runs (engine)"); }));
  }
  CHECK(Store::open(directory.path(), advise));
}

TEST_CASE("another program's change to the tables while open is damage at the next write") {
  TemporaryDirectory directory;
  fill(directory, 3);
  Opened opened(directory);
  CHECK(must(opened.store->recover()) == 0);
  std::string change;
  SUBCASE("the last id") { change = "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'experiments'"; }
  SUBCASE("the sequence of finished runs, which cancelling counts up") {
    change = "UPDATE sequences SET last = 9223372036854775807 WHERE name = 'finish_sequence'";
  }
  SUBCASE("a table dropped") { change = "DROP TABLE runs"; }
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(connection->attempt([&] { connection->execute("PRAGMA foreign_keys=OFF;" + change); }));
  }
  const auto queued = opened.store->enqueue(plan_of(1), std::nullopt, nullptr);
  const auto failed = queued ? kind_of(opened.store->cancel(queued->id)) : kind_of(queued);
  CHECK(failed == Kind::corrupt);
  REQUIRE(opened.store->last_write_error());
  CHECK(opened.store->last_write_error()->kind == Kind::corrupt);
}

TEST_CASE("a write-ahead log without its database is not a fresh start") {
  TemporaryDirectory directory;
  write_file(directory.database().string() + "-wal", "committed work");
  CHECK(kind_of(Store::open(directory.path(), advise)) == Kind::corrupt);
  CHECK_FALSE(std::filesystem::exists(directory.database()));
  CHECK(content_of(directory.database().string() + "-wal") == "committed work");
}

TEST_CASE("damage that only the whole check finds stops writes, not reads") {
  TemporaryDirectory directory;
  fill(directory, 50);
  damage_root_page(directory.database(), "run_evidence");
  Opened opened(directory);
  CHECK(must(opened.store->recover()) == 0);  // a finding of the later check never refuses the opening
  // claim_next waits for the check's result.
  CHECK(kind_of(opened.store->claim_next()) == Kind::corrupt);
  CHECK(kind_of(opened.store->enqueue(plan_of(1), std::nullopt, nullptr)) == Kind::corrupt);
  CHECK(kind_of(opened.store->cancel(1)) == Kind::corrupt);
  REQUIRE(opened.store->last_write_error());
  CHECK(opened.store->last_write_error()->kind == Kind::corrupt);
  CHECK(opened.runs(1).size() == 50);
}
