#include "core/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/model/figures.h"
#include "fixture.h"

using namespace copybench;
using Access = DatabaseConnection::Access;

namespace {

std::unique_ptr<DatabaseConnection> migrated(const TemporaryDirectory& directory) {
  auto connection = must(DatabaseConnection::open(directory.database(), Access::create));
  must(migrate(*connection));
  return connection;
}

// Returns the planner's output for a statement, in one line.
std::string plan_of_query(DatabaseConnection& connection, const std::string& sql) {
  std::string plan;
  const auto failed = connection.attempt([&] {
    Query query(connection, "EXPLAIN QUERY PLAN " + sql);
    while (query.step()) plan += std::string(query.text(3)) + "; ";
  });
  REQUIRE_FALSE(failed);
  return plan;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the table of runs has the figure columns, by name, order and type") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  std::vector<std::pair<std::string, std::string>> columns;
  const auto failed = connection->attempt([&] {
    Query query(*connection, "SELECT name, type FROM pragma_table_info('runs') ORDER BY cid");
    while (query.step()) columns.emplace_back(query.text(0), query.text(1));
  });
  REQUIRE_FALSE(failed);
  auto at = std::find_if(columns.begin(), columns.end(),
                         [](const auto& column) { return column.first == figure_columns().front().name; });
  REQUIRE(std::cmp_greater_equal(columns.end() - at, figure_columns().size()));
  for (const FigureColumn& figure : figure_columns()) {
    CHECK(at->first == figure.name);
    CHECK(at->second == (figure.member.index() == 0 ? "REAL" : "INTEGER"));
    ++at;
  }
}

TEST_CASE("every table is strict") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  const auto failed = connection->attempt([&] {
    CHECK(connection->integer("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND "
                              "name NOT LIKE 'sqlite%'") == 11);
    CHECK(connection->integer("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND "
                              "name NOT LIKE 'sqlite%' AND NOT strict") == 0);
  });
  CHECK_FALSE(failed);
}

TEST_CASE("a migrated database is current, and migrating it again changes nothing") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  CHECK(check_version(*connection));
  must(migrate(*connection));
  CHECK(check_version(*connection));
}

TEST_CASE("unknown schema versions are rejected") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  const auto refused_after = [&](const std::string& sql) {
    REQUIRE_FALSE(connection->attempt([&] { connection->execute(sql); }));
    return kind_of(check_version(*connection));
  };
  CHECK(refused_after(fmt::format("PRAGMA user_version={}", schema_version() + 1)) == StoreError::Kind::newer);
  CHECK(refused_after("PRAGMA user_version=0") == StoreError::Kind::corrupt);
  CHECK(refused_after("PRAGMA user_version=1; PRAGMA application_id=0") == StoreError::Kind::corrupt);
}

TEST_CASE("frequent queries use an index, without sorting") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  struct Expected {
    std::string sql;
    std::string index;
  };
  for (const auto& expected : {
           Expected{"SELECT * FROM experiments WHERE id < 9 ORDER BY id DESC LIMIT 51", "INTEGER PRIMARY KEY"},
           Expected{"SELECT * FROM experiments WHERE state IN ('queued', 'running') ORDER BY id LIMIT 1",
                    "experiments_unfinished"},
           Expected{"SELECT count(*) FROM experiments WHERE state IN ('queued', 'running') AND id < 9",
                    "experiments_unfinished"},
           Expected{"SELECT id, run_seconds, runs_total, COALESCE(runs_at_most, runs_total), runs_completed + runs_failed + "
                    "runs_cancelled FROM experiments WHERE state IN ('queued', 'running') ORDER BY id",
                    "COVERING INDEX experiments_unfinished"},
           Expected{"SELECT max(experiment_id) FROM runs WHERE engine = 'e' AND field_bytes = 9 AND threads = 9 AND kind = "
                    "'measured' AND state = 'completed' AND experiment_id < 9",
                    "runs_of_configuration (engine=? AND field_bytes=? AND threads=? AND experiment_id<?)"},
           Expected{"SELECT bytes FROM runs WHERE engine = 'e' AND field_bytes = 9 AND threads = 9 AND kind = 'measured' AND "
                    "state = 'completed' AND experiment_id = 9 ORDER BY id",
                    "runs_of_configuration (engine=? AND field_bytes=? AND threads=? AND experiment_id=?)"},
           Expected{"SELECT id, COALESCE(imported_at_ms, finished_at_ms, created_at_ms) AS ended_at_ms FROM experiments WHERE pinned "
                    "= 0 AND state NOT IN ('queued', 'running') ORDER BY ended_at_ms, id LIMIT 1",
                    "experiments_removable"},
           Expected{"SELECT run_id FROM last_runs WHERE engine = 'e' ORDER BY experiment_id DESC LIMIT 1", "PRIMARY KEY"},
           Expected{"SELECT experiment_id FROM experiment_tags WHERE tag = 't' AND experiment_id < 9 ORDER BY experiment_id "
                    "DESC LIMIT 51",
                    "PRIMARY KEY (tag=? AND experiment_id<?)"},
           Expected{"SELECT * FROM runs WHERE experiment_id = 9 AND state = 'queued' ORDER BY position LIMIT 1",
                    "runs_queued"},
           Expected{"SELECT * FROM runs WHERE state = 'running' LIMIT 1", "runs_running"},
           Expected{"SELECT * FROM runs WHERE experiment_id = 9 AND id > 9 ORDER BY id LIMIT 51", "runs_of_experiment"},
           Expected{"SELECT * FROM runs WHERE experiment_id = 9 AND finish_sequence > 0 AND finish_sequence > 9 "
                    "ORDER BY finish_sequence LIMIT 51",
                    "runs_finished"},
           Expected{"SELECT * FROM calibrations WHERE machine = 'm' AND experiment_id NOT IN (SELECT id FROM experiments "
                    "WHERE import_digest IS NOT NULL) ORDER BY id DESC LIMIT 200",
                    "calibrations_of_machine"},
       }) {
    const auto& [sql, index] = expected;
    const std::string plan = plan_of_query(*connection, sql);
    CAPTURE(expected.sql);
    CAPTURE(plan);
    CHECK(contains(plan, index));
    CHECK_FALSE(contains(plan, "TEMP B-TREE"));
  }
}

TEST_CASE("a reader gets the error that an older database must be migrated first") {
  TemporaryDirectory directory;
  {
    const auto old = must(DatabaseConnection::open(directory.database(), Access::create));
    must(migrate(*old, schema_version() - 1));
  }
  const auto readers = ReaderPool::open(directory.database(), 1);
  CHECK(kind_of(readers) == StoreError::Kind::conflict);
  CHECK(readers.error().message.find("Start the daemon on it once") != std::string::npos);
  open_store(directory);
  CHECK(ReaderPool::open(directory.database(), 1));
}

TEST_CASE("an older database gets the new indexes' data: the queue's times, the last runs, the tags") {
  TemporaryDirectory directory;
  {
    const auto old = must(DatabaseConnection::open(directory.database(), Access::create));
    must(migrate(*old, 9));
    const auto failed = old->attempt([&] {
      old->execute(
          "INSERT INTO experiments (id, state, spec_json, created_at_ms, runs_total, tags_json, origin_json) VALUES "
          "(1, 'completed', '{}', 0, 2, '[\"a\", \"b\"]', NULL), "
          "(2, 'completed', '{}', 0, 1, '[\"a\"]', '{\"imported_at_ms\":7}'), (5, 'completed', '{}', 0, 1, '[]', 'nor'), "
          "(3, 'queued', '{\"warmup_s\":0.5,\"duration_s\":2}', 0, 4, '[]', NULL), (4, 'queued', 'no JSON', 0, 1, 'nor', NULL);"
          "INSERT INTO runs (id, experiment_id, position, engine, field_bytes, threads, repetition, state, finish_sequence) "
          "VALUES (1, 1, 1, 'one_copy', 512, 1, 1, 'completed', 2), (2, 1, 2, 'one_copy', 512, 1, 2, 'completed', 1), "
          "(3, 2, 1, 'one_copy', 512, 1, 1, 'completed', 3)");
    });
    REQUIRE_FALSE(failed);
    must(migrate(*old));
    CHECK_FALSE(old->attempt([&] {
      CHECK(old->integer("SELECT count(*) FROM last_runs") == 1);
      CHECK(old->integer("SELECT run_id FROM last_runs WHERE engine = 'one_copy' AND experiment_id = 1") == 1);
      CHECK(old->integer("SELECT count(*) FROM experiment_tags WHERE tag = 'a'") == 2);
      CHECK(old->integer("SELECT count(*) FROM experiment_tags") == 3);
      CHECK(old->integer("SELECT run_seconds * 10 FROM experiments WHERE id = 3") == 25);
      CHECK(old->integer("SELECT run_seconds IS NULL FROM experiments WHERE id = 4") == 1);
      CHECK(old->integer("SELECT sum(imported_at_ms) FROM experiments") == 7);
      CHECK(old->integer("SELECT runs_total FROM experiment_counts WHERE state = 'queued'") == 5);
      CHECK(old->integer("SELECT experiments FROM experiment_counts WHERE state = 'completed'") == 1);
    }));
  }
}

TEST_CASE("the counts by state follow each change of the experiments, and exclude imports") {
  TemporaryDirectory directory;
  const auto connection = migrated(directory);
  const auto counted_after = [&](const std::string& sql) {
    std::string kept, counted;
    const auto put = [&](std::string& out, const std::string& query_text) {
      Query query(*connection, query_text);
      while (query.step()) {
        out += query.text(0);
        for (int i = 1; i < 7; ++i) out += fmt::format(" {}", query.real(i));
        out += "; ";
      }
    };
    REQUIRE_FALSE(connection->attempt([&] {
      connection->execute(sql);
      put(kept, "SELECT * FROM experiment_counts WHERE experiments <> 0 ORDER BY state");
      put(counted,
          "SELECT state, count(*), total(runs_total), total(runs_completed), total(runs_failed), total(runs_cancelled), "
          "total(runs_interrupted) FROM experiments WHERE origin_json IS NULL GROUP BY state ORDER BY state");
    }));
    CHECK(kept == counted);
    return kept;
  };
  CHECK(counted_after("INSERT INTO experiments (id, state, spec_json, created_at_ms, runs_total, origin_json) VALUES "
                      "(1, 'queued', '{}', 0, 3, NULL), (2, 'queued', '{}', 0, 4, NULL), (3, 'completed', '{}', 0, 9, '{}')") ==
        "queued 2 7 0 0 0 0; ");
  CHECK(counted_after("UPDATE experiments SET state = 'running', runs_completed = 1, runs_interrupted = 2 WHERE id = 1") ==
        "queued 1 4 0 0 0 0; running 1 3 1 0 0 2; ");
  counted_after("UPDATE experiments SET state = 'failed', runs_failed = 1, runs_cancelled = 1 WHERE id = 1");
  counted_after("UPDATE experiments SET runs_total = 8, notes = 'more' WHERE id = 2");
  counted_after("UPDATE experiments SET runs_completed = 5 WHERE id = 3");
  counted_after("UPDATE experiments SET runs_total = 9223372036854775807");
  counted_after("DELETE FROM experiments WHERE id IN (2, 3)");
}
