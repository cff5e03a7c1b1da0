// The tables, and how an older database becomes a current one.
//
// experiments: one row each, with its runs counted by outcome, so that a list needs no look at the runs.
// runs: one row for each measurement, with its figures in columns of their names; the queue is its rows in state
// queued, by position. An interrupted run and the one that takes its place share a position. run_evidence: what a run
// leaves beside its figures, apart because it is large and seldom read. Written once. idempotency_keys: the answers
// given under a caller's key. circumstances: what the machine was when an experiment's first run was claimed, and again
// at each later claim that found it changed. calibrations: what the machine could do around each run. sequences: the last
// finish_sequence, so that it grows even where the newest runs are erased, and, in ms, up to when the clock was believed.
// last_runs: the last completed run of each engine in each experiment that was measured here. experiment_tags: the tags of
// tags_json, to find experiments by.
#pragma once

#include "core/store/database_connection.h"

namespace copybench {

// Says in the file's header whose it is (PRAGMA application_id).
constexpr int64_t kApplicationId = 0x6370'6273;  // "cpbs"

int64_t schema_version();

// corrupt: not a database of this program. newer: written by a later version.
StoreResult<void> check_version(DatabaseConnection& connection);

// For who reads and does not migrate: conflict where the schema is an older one.
StoreResult<void> check_current(DatabaseConnection& connection);

// Of a current database. corrupt: a table, index or trigger of this program's is gone. Those of others are left alone.
StoreResult<void> check_complete(DatabaseConnection& connection);

// Of a current database from elsewhere. corrupt: it has tables, columns, indexes, triggers or views that are not this program's;
// a trigger would act with each change.
StoreResult<void> check_objects(DatabaseConnection& connection);

// Each step is one transaction. `to`: an earlier version, to make a database as that one had it.
StoreResult<void> migrate(DatabaseConnection& connection, int64_t to = schema_version());

}  // namespace copybench
