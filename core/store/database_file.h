// The database file: made, found, judged and opened for writing.
#pragma once

#include <filesystem>
#include <memory>

#include "core/store/database_connection.h"

namespace copybench {

// Opens DIRECTORY/copybench.db for the one writer, whose lock on the directory the caller holds: creates it where there
// is none, checks it and migrates it otherwise. Never replaces a file that is there: an empty one, or a -wal without
// its database, is damage and no fresh start.
StoreResult<std::unique_ptr<DatabaseConnection>> open_for_writing(const std::filesystem::path& directory);

// not_found: there is no database in the directory.
StoreResult<void> need_database(const std::filesystem::path& directory);

std::filesystem::path database_file(const std::filesystem::path& directory);

}  // namespace copybench
