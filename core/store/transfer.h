// Reads an experiment's rows for an export, and stores the rows of an export as a new experiment.
//
// The columns of the tables define the file format: what a later schema adds to an experiment, its circumstances or its
// runs is transferred without a change here. A run includes its calibrations. Ids are not transferred; a run's place in the
// order of ends is its `finished_as`. Used inside DatabaseConnection::attempt.
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

// Runs with ids above `after`, in the order of id: one for each element of `finished_as`, which is that part of the
// experiment's.
std::vector<ExportedRun> export_runs(DatabaseConnection& connection, ExperimentId id, RunId after,
                                     std::span<const uint32_t> finished_as);

// invalid: this program does not write such a file. Tries the import on a separate database, in memory.
StoreResult<void> check_import(const ExportFile& file);
// The same on a database of this schema, in a transaction that is rolled back.
StoreResult<void> check_import(DatabaseConnection& scratch, const ExportFile& file);

// The experiment that was imported from a file with the same runs, if any.
std::optional<ExperimentId> find_imported(DatabaseConnection& connection, const ExportFile& file);

// The experiment that the file was exported from, if it is in this database, with the same runs. Uses a connection of its
// own, outside of any transaction, because comparing all runs takes long. Runs that have ended do not change any more, so
// the transaction only has to call is_there().
StoreResult<std::optional<ExperimentId>> find_original(const std::filesystem::path& database, const ExportFile& file);
bool is_there(DatabaseConnection& connection, ExperimentId id);

// Requires a file that check_import() accepted. The check takes long and is no part of the transaction.
ExperimentId insert_import(DatabaseConnection& connection, const ExportFile& file, UtcTime now);

}  // namespace copybench
