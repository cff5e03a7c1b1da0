#include "core/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace copybench {
namespace {

// A released step is never changed. A change is a new step.
constexpr std::array kMigrations{
    R"sql(
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  spec_json TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  reason TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  runs_total INTEGER NOT NULL,
  runs_completed INTEGER NOT NULL DEFAULT 0,
  runs_failed INTEGER NOT NULL DEFAULT 0,
  runs_cancelled INTEGER NOT NULL DEFAULT 0,
  runs_interrupted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX experiments_unfinished ON experiments (id) WHERE state IN ('queued', 'running');

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  position INTEGER NOT NULL,
  engine TEXT NOT NULL,
  field_bytes INTEGER NOT NULL,
  threads INTEGER NOT NULL,
  repetition INTEGER NOT NULL,
  state TEXT NOT NULL,
  finish_sequence INTEGER NOT NULL DEFAULT 0,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  reason TEXT,
  window_s REAL,
  throughput_gbps REAL,
  latency_us REAL,
  latency_p50_us REAL,
  latency_p90_us REAL,
  latency_p99_us REAL,
  latency_p999_us REAL,
  latency_max_us REAL,
  bytes INTEGER,
  messages INTEGER,
  cpu_cycles INTEGER,
  instructions INTEGER,
  cache_misses INTEGER,
  l1_dcache_load_misses INTEGER,
  llc_load_misses INTEGER,
  context_switches INTEGER,
  page_faults INTEGER,
  task_clock_ns INTEGER,
  cycles_per_byte REAL,
  cpu_ns_per_byte REAL,
  system_cpu_ns_per_byte REAL,
  retransmits INTEGER,
  zerocopy_sends INTEGER,
  zerocopy_completions INTEGER,
  zerocopy_copied INTEGER,
  zerocopy_enobufs INTEGER
) STRICT;
CREATE INDEX runs_of_experiment ON runs (experiment_id, id);
CREATE INDEX runs_queued ON runs (experiment_id, position) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (experiment_id) WHERE state = 'running';
CREATE INDEX runs_finished ON runs (experiment_id, finish_sequence) WHERE finish_sequence > 0;

CREATE TABLE run_evidence (
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  evidence_json TEXT NOT NULL,
  perf_raw TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  request_digest TEXT NOT NULL,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_of_experiment ON idempotency_keys (experiment_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);

CREATE TABLE sequences (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;
INSERT INTO sequences (name, last) VALUES ('finish_sequence', 0);
)sql",
    R"sql(
ALTER TABLE experiments ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE experiments ADD COLUMN tags_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE experiments ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
)sql",
    // Stored beside the figures, so that lists can show why a figure is missing without reading the evidence of every run.
    R"sql(
ALTER TABLE runs ADD COLUMN counters_json TEXT;
UPDATE runs SET counters_json = (SELECT json_extract(evidence_json, '$.counters') FROM run_evidence
  WHERE run_id = runs.id AND json_valid(evidence_json));
)sql",
    R"sql(
CREATE TABLE circumstances (
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  from_run INTEGER NOT NULL,
  gathered_at_ms INTEGER NOT NULL,
  facts_json TEXT NOT NULL,
  PRIMARY KEY (experiment_id, from_run)
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'measured';
CREATE TABLE run_profiles (
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  report_json TEXT NOT NULL,
  stacks TEXT NOT NULL
) STRICT;
)sql",
    // For runs that depend on results. NULL in an experiment whose runs were all planned at its start.
    R"sql(
ALTER TABLE experiments ADD COLUMN runs_at_most INTEGER;
ALTER TABLE experiments ADD COLUMN findings_json TEXT;
)sql",
    R"sql(
ALTER TABLE experiments ADD COLUMN origin_json TEXT;
ALTER TABLE experiments ADD COLUMN import_digest TEXT;
CREATE UNIQUE INDEX experiments_imported ON experiments (import_digest) WHERE import_digest IS NOT NULL;
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN flags_json TEXT NOT NULL DEFAULT '[]';
)sql",
    R"sql(
CREATE TABLE calibrations (
  id INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  run_id INTEGER NOT NULL,
  before_run INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  machine TEXT NOT NULL,
  values_json TEXT NOT NULL,
  unusual TEXT
) STRICT;
CREATE INDEX calibrations_of_run ON calibrations (experiment_id, run_id);
CREATE INDEX calibrations_of_machine ON calibrations (machine, id);
)sql",
    // Every request makes these lookups, so each of them reads only an index, however much is stored: the queue with its
    // duration, the counts by state, a configuration over all experiments, the last run of each engine, the experiments of
    // a tag.
    R"sql(
ALTER TABLE experiments ADD COLUMN run_seconds REAL;
UPDATE experiments SET run_seconds = json_extract(spec_json, '$.warmup_s') + json_extract(spec_json, '$.duration_s')
  WHERE state IN ('queued', 'running') AND json_valid(spec_json);
DROP INDEX experiments_unfinished;
CREATE INDEX experiments_unfinished ON experiments (id, state, run_seconds, runs_total, runs_at_most, runs_completed,
  runs_failed, runs_cancelled) WHERE state IN ('queued', 'running');
CREATE INDEX experiments_by_state ON experiments (state, runs_total, runs_completed, runs_failed, runs_cancelled,
  runs_interrupted, origin_json) WHERE origin_json IS NULL;
CREATE INDEX runs_of_configuration ON runs (engine, field_bytes, threads, experiment_id, id)
  WHERE kind = 'measured' AND state = 'completed';
CREATE TABLE last_runs (
  engine TEXT NOT NULL,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  run_id INTEGER NOT NULL,
  PRIMARY KEY (engine, experiment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX last_runs_of_experiment ON last_runs (experiment_id);
INSERT INTO last_runs (engine, experiment_id, run_id)
  SELECT engine, experiment_id, id FROM (SELECT engine, experiment_id, id, max(finish_sequence) FROM runs
    WHERE kind = 'measured' AND state = 'completed' GROUP BY engine, experiment_id)
  WHERE experiment_id IN (SELECT id FROM experiments WHERE origin_json IS NULL);
CREATE TABLE experiment_tags (
  tag TEXT NOT NULL,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  PRIMARY KEY (tag, experiment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX experiment_tags_of_experiment ON experiment_tags (experiment_id);
INSERT OR IGNORE INTO experiment_tags (tag, experiment_id) SELECT tag.value, experiments.id FROM experiments,
  json_each(CASE WHEN json_valid(tags_json) THEN tags_json END) AS tag WHERE tags_json <> '[]' AND tag.type = 'text';
)sql",
    // Finds the next experiment that retention may remove. An imported one is as old as its import.
    R"sql(
ALTER TABLE experiments ADD COLUMN imported_at_ms INTEGER;
UPDATE experiments SET imported_at_ms = CASE WHEN json_valid(origin_json) THEN
  CASE json_type(origin_json, '$.imported_at_ms') WHEN 'integer' THEN json_extract(origin_json, '$.imported_at_ms') END END
  WHERE origin_json IS NOT NULL;
CREATE INDEX experiments_removable ON experiments (COALESCE(imported_at_ms, finished_at_ms, created_at_ms), id)
  WHERE pinned = 0 AND state NOT IN ('queued', 'running');
)sql",
    // Updated with each change, so that a request for the counts does not read all experiments. REAL: a sum that a damaged
    // row makes too large for an integer would fail each change.
    R"sql(
DROP INDEX experiments_by_state;
CREATE TABLE experiment_counts (
  state TEXT PRIMARY KEY,
  experiments REAL NOT NULL,
  runs_total REAL NOT NULL,
  runs_completed REAL NOT NULL,
  runs_failed REAL NOT NULL,
  runs_cancelled REAL NOT NULL,
  runs_interrupted REAL NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO experiment_counts SELECT state, count(*), total(runs_total), total(runs_completed), total(runs_failed),
  total(runs_cancelled), total(runs_interrupted) FROM experiments WHERE origin_json IS NULL GROUP BY state;
CREATE TRIGGER experiment_counted AFTER INSERT ON experiments WHEN NEW.origin_json IS NULL BEGIN
  INSERT INTO experiment_counts VALUES (NEW.state, 1, NEW.runs_total, NEW.runs_completed, NEW.runs_failed, NEW.runs_cancelled,
    NEW.runs_interrupted) ON CONFLICT (state) DO UPDATE SET experiments = experiments + 1,
    runs_total = runs_total + NEW.runs_total, runs_completed = runs_completed + NEW.runs_completed,
    runs_failed = runs_failed + NEW.runs_failed, runs_cancelled = runs_cancelled + NEW.runs_cancelled,
    runs_interrupted = runs_interrupted + NEW.runs_interrupted;
END;
CREATE TRIGGER experiment_no_more_counted AFTER DELETE ON experiments WHEN OLD.origin_json IS NULL BEGIN
  UPDATE experiment_counts SET experiments = experiments - 1, runs_total = runs_total - OLD.runs_total,
    runs_completed = runs_completed - OLD.runs_completed, runs_failed = runs_failed - OLD.runs_failed,
    runs_cancelled = runs_cancelled - OLD.runs_cancelled, runs_interrupted = runs_interrupted - OLD.runs_interrupted
    WHERE state = OLD.state;
END;
CREATE TRIGGER experiment_counted_anew AFTER UPDATE OF state, runs_total, runs_completed, runs_failed, runs_cancelled,
  runs_interrupted ON experiments WHEN NEW.origin_json IS NULL BEGIN
  UPDATE experiment_counts SET experiments = experiments - 1, runs_total = runs_total - OLD.runs_total,
    runs_completed = runs_completed - OLD.runs_completed, runs_failed = runs_failed - OLD.runs_failed,
    runs_cancelled = runs_cancelled - OLD.runs_cancelled, runs_interrupted = runs_interrupted - OLD.runs_interrupted
    WHERE state = OLD.state;
  INSERT INTO experiment_counts VALUES (NEW.state, 1, NEW.runs_total, NEW.runs_completed, NEW.runs_failed, NEW.runs_cancelled,
    NEW.runs_interrupted) ON CONFLICT (state) DO UPDATE SET experiments = experiments + 1,
    runs_total = runs_total + NEW.runs_total, runs_completed = runs_completed + NEW.runs_completed,
    runs_failed = runs_failed + NEW.runs_failed, runs_cancelled = runs_cancelled + NEW.runs_cancelled,
    runs_interrupted = runs_interrupted + NEW.runs_interrupted;
END;
)sql",
    // An answer outlives its experiment. Otherwise a client that repeats the request after the deletion would have it
    // measured again.
    R"sql(
DROP INDEX idempotency_keys_of_experiment;
DROP INDEX idempotency_keys_by_age;
ALTER TABLE idempotency_keys RENAME TO idempotency_keys_before;
CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  request_digest TEXT NOT NULL,
  experiment_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO idempotency_keys SELECT key, request_digest, experiment_id, body, created_at_ms FROM idempotency_keys_before;
DROP TABLE idempotency_keys_before;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);
)sql",
};

}  // namespace

int64_t schema_version() { return static_cast<int64_t>(kMigrations.size()); }

StoreResult<void> check_version(DatabaseConnection& connection) {
  int64_t application_id = 0;
  int64_t version = 0;
  const auto failed = connection.attempt([&] {
    application_id = connection.integer("PRAGMA application_id");
    version = connection.integer("PRAGMA user_version");
  });
  if (failed) return tl::unexpected(*failed);
  if (application_id != kApplicationId || version < 1) {
    return tl::unexpected(StoreError{StoreError::Kind::corrupt,
                                     "The file is a database, but not one of copybench. Move it away, or name another one."});
  }
  if (version > schema_version()) {
    return tl::unexpected(StoreError{
        StoreError::Kind::newer,
        fmt::format("The database has schema version {}; this copybenchd knows versions up to {}. Start the newer "
                    "copybenchd that wrote it, or name another data directory.",
                    version, schema_version())});
  }
  return {};
}

StoreResult<void> check_changing_tables(DatabaseConnection& connection) {
  return check_tables_except(connection, "run_evidence");
}

StoreResult<void> check_current(DatabaseConnection& connection) {
  if (auto known = check_version(connection); !known) return known;
  int64_t version = 0;
  if (auto failed = connection.attempt([&] { version = connection.integer("PRAGMA user_version"); })) return tl::unexpected(*failed);
  if (version == schema_version()) return {};
  return tl::unexpected(StoreError{
      StoreError::Kind::conflict,
      fmt::format("The database has schema version {}, which is older than this copybenchd's {}. Start the daemon on it once, "
                  "which migrates it, then try again.",
                  version, schema_version())});
}

StoreResult<void> migrate(DatabaseConnection& connection, int64_t to) {
  const auto failed = connection.attempt([&] {
    for (auto version = connection.integer("PRAGMA user_version"); version < to; ++version) {
      WriteTransaction transaction(connection);
      connection.execute(kMigrations[static_cast<size_t>(version)]);
      connection.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, version + 1));
      transaction.commit();
    }
  });
  if (failed) return tl::unexpected(*failed);
  return {};
}

namespace {

// SQLite's own objects (sqlite_stat1, indexes of constraints) do nothing by themselves.
constexpr const char* kNotSqlites = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

// Maps "table runs" to the statement that creates it, without blanks.
using Objects = std::map<std::string, std::string>;

StoreResult<Objects> objects_of(DatabaseConnection& connection) {
  Objects objects;
  const auto failed = connection.attempt([&] {
    Query query(connection, fmt::format("SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE {}", kNotSqlites));
    while (query.step()) {
      std::string& made_by = objects[fmt::format("{} {}", query.text(0), query.text(1))];
      std::ranges::copy_if(query.text(2), std::back_inserter(made_by), [](char c) { return c != ' ' && c != '\n'; });
    }
  });
  if (failed) return tl::unexpected(*failed);
  return objects;
}

StoreResult<Objects> objects_of_this_schema() {
  auto fresh = DatabaseConnection::open(":memory:", DatabaseConnection::Access::create);
  if (!fresh) return tl::unexpected(fresh.error());
  if (auto made = migrate(**fresh); !made) return tl::unexpected(made.error());
  return objects_of(**fresh);
}

}  // namespace

StoreResult<void> check_complete(DatabaseConnection& connection) {
  const auto own = objects_of_this_schema();
  if (!own) return tl::unexpected(own.error());
  const auto found = objects_of(connection);
  if (!found) return tl::unexpected(found.error());
  for (const auto& [object, made_by] : *own) {
    if (found->contains(object)) continue;
    return tl::unexpected(StoreError{StoreError::Kind::corrupt,
                                     fmt::format("The database is damaged: its {} is gone, which another program must have "
                                                 "dropped. Keep the file, and restore a copy of it.",
                                                 object)});
  }
  return {};
}

StoreResult<void> check_objects(DatabaseConnection& connection) {
  const auto own = objects_of_this_schema();
  if (!own) return tl::unexpected(own.error());
  const auto found = objects_of(connection);
  if (!found) return tl::unexpected(found.error());
  std::vector<Objects::value_type> strange;
  std::ranges::set_symmetric_difference(*own, *found, std::back_inserter(strange));
  if (strange.empty()) return {};
  return tl::unexpected(StoreError{StoreError::Kind::corrupt,
                                   fmt::format("Its tables, indexes and triggers are not those of copybench: {}.",
                                               strange.front().first)});
}

}  // namespace copybench
