// A copy of the database in one file, made while a daemon uses it or not.
//
// Threads: one. It reads the whole database and writes as much: a run that is being measured meanwhile is disturbed.
#pragma once

#include <filesystem>

#include "core/store/database_copy.h"

namespace copybench {

// The file appears under its name when it is whole, checked and on the disk, and never replaces another. not_found:
// there is no database. conflict: the file exists.
StoreResult<CopySummary> back_up(const std::filesystem::path& directory, const std::filesystem::path& file);

}  // namespace copybench
