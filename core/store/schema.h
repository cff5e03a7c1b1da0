// The tables, and the migration of an older database to the current schema.
//
// experiments: one row each. It counts the experiment's runs by outcome, so that a list does not read the runs.
// runs: one row for each measurement, with its figures in columns of their names. The queue is the rows in state queued, by
// position. An interrupted run and its replacement share a position.
// run_evidence: what a run leaves beside its figures, kept apart because it is large and seldom read. Written once.
// idempotency_keys: the answers given under a client's key.
// circumstances: the machine when an experiment's first run was claimed, and again at each later claim that found it
// changed.
// calibrations: what the machine could do around each run.
// sequences: the last finish_sequence, so that it grows even if the newest runs are erased, and the last trusted time, in
// ms.
// last_runs: the last completed run of each engine in each experiment that was measured here.
// experiment_tags: the tags of tags_json, to find experiments by.
#pragma once

#include "core/database/connection.h"

namespace copybench {

// Identifies this program in the file's header (PRAGMA application_id).
constexpr int64_t kApplicationId = 0x6370'6273;  // "cpbs"

int64_t schema_version();

// corrupt: not a database of this program. newer: written by a later version.
StoreResult<void> check_version(DatabaseConnection& connection);

// Checks all tables that are ever changed in place, at some 0.7 us a run: all but run_evidence, which holds most of the bytes
// and is only ever added to. corrupt, with the first problem found.
StoreResult<void> check_changing_tables(DatabaseConnection& connection);

// For callers that read and do not migrate. conflict: the schema is older.
StoreResult<void> check_current(DatabaseConnection& connection);

// Requires a current database. corrupt: a table, index or trigger of this program is missing. Those of others are ignored.
StoreResult<void> check_complete(DatabaseConnection& connection);

// Requires a current database from elsewhere. corrupt: it has tables, columns, indexes, triggers or views that are not this
// program's. A foreign trigger would act on each change.
StoreResult<void> check_objects(DatabaseConnection& connection);

// Each step is one transaction. `to`: an earlier version, to create a database as that version had it.
StoreResult<void> migrate(DatabaseConnection& connection, int64_t to = schema_version());

}  // namespace copybench
