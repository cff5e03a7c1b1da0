// An experiment's rows for an export, and the rows of an export as a new experiment.
//
// The columns of the tables are the form of the file: what a later schema adds to an experiment, its circumstances or its
// runs travels without a word here, and a run takes its calibrations along. Ids do not travel; a run's place among those
// that ended is its `finished_as`. Used inside DatabaseConnection::attempt.
#pragma once

#include <vector>

#include "core/model/export_file.h"
#include "core/store/database_connection.h"
#include "core/store/reader.h"

namespace copybench {

// not_found; conflict: it has not ended.
StoreResult<ExportedExperiment> export_experiment(DatabaseConnection& connection, ExperimentId id);

// Runs with ids above `after`, in their order, at most `limit`.
std::vector<ExportedRun> export_runs(DatabaseConnection& connection, ExperimentId id, RunId after, int64_t limit);

// invalid: what the file says is not what this program writes. It is tried on a database of its own, in memory.
StoreResult<void> check_import(const ExportFile& file);

// The experiment that was imported from a file with the same runs, if any.
std::optional<ExperimentId> find_imported(DatabaseConnection& connection, const ExportFile& file);

// The experiment that the file was exported from, if it is in this database, with the same runs.
std::optional<ExperimentId> find_original(DatabaseConnection& connection, const ExportFile& file);

// Of a file that check_import() found good: it is long work, and no part of the transaction.
ExperimentId insert_import(DatabaseConnection& connection, const ExportFile& file, UtcTime now);

}  // namespace copybench
