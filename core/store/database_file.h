// Creates, finds and checks the database file, and opens it for writing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>
#include <memory>

#include "core/store/database_connection.h"

namespace copybench {

// Opens DIRECTORY/copybench.db for the one writer. The caller holds the lock on the directory. Creates the file if there is
// none; otherwise checks and migrates it. Never replaces an existing file: an empty file, or a -wal without its database,
// is damage and not a fresh start.
StoreResult<std::unique_ptr<DatabaseConnection>> open_for_writing(const std::filesystem::path& directory);

// The database's file, and those that SQLite makes beside it.
std::vector<std::string> with_side_files(const std::filesystem::path& database);

// conflict: the file would lie in a data directory, under a name that SQLite or the daemon uses there, and be lost.
StoreResult<void> check_not_own_name(const std::filesystem::path& file);

// not_found: there is no database in the directory.
StoreResult<void> need_database(const std::filesystem::path& directory);

std::filesystem::path database_file(const std::filesystem::path& directory);

}  // namespace copybench
