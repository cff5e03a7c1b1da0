// The names of the files in a data directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/database/error.h"

namespace copybench {

// The database's file, and those that SQLite makes beside it.
std::vector<std::string> with_side_files(const std::filesystem::path& database);

// conflict: the file would lie in a data directory, under a name that SQLite or the daemon uses there, and be lost.
StoreResult<void> check_not_own_name(const std::filesystem::path& file);

// not_found: there is no database in the directory.
StoreResult<void> need_database(const std::filesystem::path& directory);

std::filesystem::path database_file(const std::filesystem::path& directory);

}  // namespace copybench
