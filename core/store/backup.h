// Copies the database into one file. A daemon may use the database meanwhile.
//
// Threads: one. It reads the whole database and writes as much, which disturbs a run that is being measured.
#pragma once

#include <filesystem>

#include "core/store/database_copy.h"

namespace copybench {

// The file appears under its name only when it is complete, checked and synced to disk. It never replaces another file.
// not_found: there is no database. conflict: the file exists.
StoreResult<CopySummary> back_up(const std::filesystem::path& directory, const std::filesystem::path& file);

}  // namespace copybench
