#include "core/database/connection.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/store/fixture.h"

using namespace copybench;
using Access = DatabaseConnection::Access;
using Kind = StoreError::Kind;

namespace {

std::unique_ptr<DatabaseConnection> created(const TemporaryDirectory& directory) {
  auto connection = must(DatabaseConnection::open(directory.database(), Access::create));
  const auto failed = connection->attempt(
      [&] { connection->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, number REAL, word TEXT) STRICT"); });
  REQUIRE_FALSE(failed);
  return connection;
}

Kind failure_of(DatabaseConnection& connection, const std::string& sql) {
  const auto failed = connection.attempt([&] { connection.execute(sql); });
  REQUIRE(failed);
  CHECK_FALSE(failed->message.empty());
  return failed->kind;
}

}  // namespace

TEST_CASE("threads that wait in turn for another program's transaction fail soon after the first") {
  TemporaryDirectory directory;
  const auto own = created(directory);
  const auto other = must(DatabaseConnection::open(directory.database(), Access::read_write));
  REQUIRE_FALSE(other->attempt([&] { other->execute("BEGIN IMMEDIATE"); }));
  const auto seconds_of_a_try = [&] {
    const auto begun = std::chrono::steady_clock::now();
    CHECK(failure_of(*own, "INSERT INTO t VALUES (1, 1, '')") == Kind::locked);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  const double first = seconds_of_a_try();
  CHECK(seconds_of_a_try() + seconds_of_a_try() < first);
  REQUIRE_FALSE(other->attempt([&] { other->execute("COMMIT"); }));
  CHECK_FALSE(own->attempt([&] { own->execute("INSERT INTO t VALUES (1, 1, '')"); }));
}

TEST_CASE("a replacement for a file is named, and a pipe blocks nobody") {
  for (const std::string suffix : {"", "-journal", "-wal"}) {
    for (const std::string what : {"a pipe", "a folder", "a symbolic link"}) {
      TemporaryDirectory directory;
      created(directory);
      const std::string file = directory.database().string() + suffix;
      std::filesystem::remove(file);
      if (what == "a pipe") REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
      if (what == "a folder") REQUIRE(::mkdir(file.c_str(), 0700) == 0);
      if (what == "a symbolic link") {
        if (suffix.empty()) continue;  // a symbolic link for the data directory itself is followed
        std::ofstream(directory.path() / "elsewhere") << "of another program";
        std::filesystem::create_symlink(directory.path() / "elsewhere", file);
      }
      CAPTURE(file);
      for (const auto access : {Access::read_only, Access::read_write}) {
        const auto connection = DatabaseConnection::open(directory.database(), access);
        const auto error = connection ? (*connection)->attempt([&] { (*connection)->integer("SELECT count(*) FROM t"); })
                                      : std::optional(connection.error());
        REQUIRE(error);
        CHECK_MESSAGE(error->message.find(file + " is " + what) != std::string::npos, error->message);
      }
    }
  }
}

TEST_CASE("values come back as bound; missing and non-finite ones are null") {
  TemporaryDirectory directory;
  const auto connection = created(directory);
  const std::string odd("a\0b'ß", 6);
  const auto failed = connection->attempt([&] {
    Query insert(*connection, "INSERT INTO t VALUES (?, ?, ?)");
    insert.bind(INT64_MAX).bind(0.1).bind(odd).run();
    insert.bind(int64_t{2}).bind(std::numeric_limits<double>::quiet_NaN()).bind(std::optional<std::string>()).run();
    insert.bind(int64_t{3}).bind(std::numeric_limits<double>::infinity()).bind("").run();
    Query select(*connection, "SELECT id, number, word FROM t ORDER BY id");
    REQUIRE(select.step());
    CHECK(select.integer(0) == 2);
    CHECK(select.is_null(1));
    CHECK(select.is_null(2));
    REQUIRE(select.step());
    CHECK(select.is_null(1));
    CHECK_FALSE(select.is_null(2));
    CHECK(select.text(2).empty());
    REQUIRE(select.step());
    CHECK(select.integer(0) == INT64_MAX);
    CHECK(select.real(1) == 0.1);
    CHECK(select.text(2) == odd);
    CHECK_FALSE(select.step());
  });
  CHECK_FALSE(failed);
}

TEST_CASE("a transaction without a commit leaves nothing") {
  TemporaryDirectory directory;
  const auto connection = created(directory);
  const auto failed = connection->attempt([&] {
    {
      WriteTransaction transaction(*connection);
      connection->execute("INSERT INTO t VALUES (1, 1, 'x')");
    }
    CHECK(connection->integer("SELECT count(*) FROM t") == 0);
    WriteTransaction transaction(*connection);
    connection->execute("INSERT INTO t VALUES (1, 1, 'x')");
    transaction.commit();
    CHECK(connection->integer("SELECT count(*) FROM t") == 1);
  });
  CHECK_FALSE(failed);
}

TEST_CASE("SQLite's codes become kinds of errors") {
  TemporaryDirectory directory;
  CHECK(kind_of(DatabaseConnection::open(directory.database(), Access::read_write)) == Kind::io);
  CHECK(kind_of(DatabaseConnection::open(directory.path() / "no" / "folder.db", Access::create)) == Kind::io);
  const auto writer = created(directory);
  SUBCASE("read-only") {
    const auto reader = must(DatabaseConnection::open(directory.database(), Access::read_only));
    CHECK(failure_of(*reader, "INSERT INTO t VALUES (1, 1, 'x')") == Kind::io);
  }
  SUBCASE("full") {
    const auto failed = writer->attempt([&] {
      writer->execute("PRAGMA max_page_count=2");
      Query insert(*writer, "INSERT INTO t VALUES (1, 1, ?)");
      insert.bind(std::string(100'000, 'x')).run();
    });
    REQUIRE(failed);
    CHECK(failed->kind == Kind::full);
  }
  SUBCASE("damaged row") {
    const auto failed = writer->attempt([] { throw_damaged("a row of ours is odd"); });
    REQUIRE(failed);
    CHECK(failed->kind == Kind::corrupt);
    CHECK(failed->message.find("a row of ours is odd") != std::string::npos);
  }
  SUBCASE("foreign keys are held") {
    CHECK_FALSE(writer->attempt([&] { writer->execute("CREATE TABLE c (t INTEGER REFERENCES t) STRICT"); }));
    CHECK(failure_of(*writer, "INSERT INTO c VALUES (99)") == Kind::damaged);
  }
}

TEST_CASE("a connection is usable after a failure") {
  TemporaryDirectory directory;
  const auto connection = created(directory);
  for (int i = 0; i < 2; ++i) {
    const auto failed = connection->attempt([&] {
      Query insert(*connection, "INSERT INTO t VALUES (?, 1, 'x')");
      insert.bind(int64_t{1}).run();
    });
    CHECK(failed.has_value() == (i == 1));  // the key exists the second time
  }
  CHECK_FALSE(connection->attempt([&] { CHECK(connection->integer("SELECT count(*) FROM t") == 1); }));
}
