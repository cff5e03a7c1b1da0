// An experiment's rows for an export, and the rows of an export as a new experiment.
//
// The columns of the tables are the form of the file: what a later schema adds to an experiment, its circumstances or its
// runs travels without a word here, and a run takes its calibrations along. Ids do not travel; a run's place among those
// that ended is its `finished_as`. Used inside DatabaseConnection::attempt.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "core/model/export_file.h"
#include "core/store/database_connection.h"
#include "core/store/reader.h"

namespace copybench {

// not_found; conflict: it has not ended.
StoreResult<ExportedExperiment> export_experiment(DatabaseConnection& connection, ExperimentId id);

// Runs with ids above `after`, in their order, as many as there are of `finished_as`: that part of the experiment's.
std::vector<ExportedRun> export_runs(DatabaseConnection& connection, ExperimentId id, RunId after,
                                     std::span<const uint32_t> finished_as);

// invalid: what the file says is not what this program writes. It is tried on a database of its own, in memory.
StoreResult<void> check_import(const ExportFile& file);
// The same on a database of this schema, in a transaction that is rolled back.
StoreResult<void> check_import(DatabaseConnection& scratch, const ExportFile& file);

// The experiment that was imported from a file with the same runs, if any.
std::optional<ExperimentId> find_imported(DatabaseConnection& connection, const ExportFile& file);

// The experiment that the file was exported from, if it is in this database, with the same runs. It takes a connection of its
// own, outside of any transaction: to compare all runs is long work. Runs that have ended change no more, so that in the
// transaction only is_there() is left to be asked.
StoreResult<std::optional<ExperimentId>> find_original(const std::filesystem::path& database, const ExportFile& file);
bool is_there(DatabaseConnection& connection, ExperimentId id);

// Of a file that check_import() found good: it is long work, and no part of the transaction.
ExperimentId insert_import(DatabaseConnection& connection, const ExportFile& file, UtcTime now);

}  // namespace copybench
