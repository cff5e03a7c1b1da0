// Finds or creates the database file, checks it and opens it for writing.
#pragma once

#include <filesystem>
#include <memory>

#include "core/database/connection.h"

namespace copybench {

// Opens DIRECTORY/copybench.db for the one writer. The caller holds the lock on the directory. Creates the file if there is
// none; otherwise checks and migrates it. Never replaces an existing file: an empty file, or a -wal without its database,
// is damage and not a fresh start.
StoreResult<std::unique_ptr<DatabaseConnection>> open_for_writing(const std::filesystem::path& directory);

}  // namespace copybench
