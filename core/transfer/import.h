// Stores the rows of an export as a new experiment; see export_rows.h for what a file has.
// All but import_experiment() and find_original() are parts of a transaction, inside DatabaseConnection::attempt.
#pragma once

#include <filesystem>
#include <optional>

#include "core/database/connection.h"
#include "core/store/store.h"
#include "core/transfer/export_file.h"

namespace copybench {

// Stores an export as a new experiment, or finds the experiment that it became before. invalid: this program does not
// export such a file. The whole file is validated before anything is stored. Any thread.
StoreResult<Store::Added> import_experiment(Store& store, const ExportFile& file);

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
