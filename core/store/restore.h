// Replaces the database by a backup.
//
// The previous database is moved aside under a dated name, with its -wal and -shm. The point of no return is a rename.
// Nothing has changed before it. After it, the next to open the directory, restore() or the daemon, completes the rest.
// Threads: one.
#pragma once

#include <filesystem>
#include <vector>

#include "core/store/database_copy.h"

namespace copybench {

struct Restored {
  CopySummary copy;
  std::vector<std::filesystem::path> kept;  // the files of the previous database, under their new names
};

// Replaces the database of the directory by a copy of the file, migrated to this version. No daemon may use the directory
// (locked). The file is only read, and is checked as a whole. However this process ends, the directory has the old database
// or the new one. The new one has the old one's read permissions, or else those of the file.
// not_found, corrupt, newer, invalid: the file cannot be restored, and nothing was changed.
StoreResult<Restored> restore(const std::filesystem::path& directory, const std::filesystem::path& file);

// Completes a restore() that was interrupted after its point of no return, and removes the copy of one that was interrupted
// before it. Otherwise changes nothing. The caller holds the lock. Returns the files that were moved aside.
StoreResult<std::vector<std::filesystem::path>> complete_restore(const std::filesystem::path& directory);

}  // namespace copybench
