// A backup becomes the database.
//
// What was there is put aside under a dated name, its -wal and -shm with it. The point of no return is a rename: before
// it nothing has changed, and from it on whoever opens the directory next completes what is left, be it restore() or the
// daemon. Threads: one.
#pragma once

#include <filesystem>
#include <vector>

#include "core/store/database_copy.h"

namespace copybench {

struct Restored {
  CopySummary copy;
  std::vector<std::filesystem::path> kept;  // the files of the database that was there, under their new names
};

// Puts a copy of the file in the place of the database of that directory, migrated to this version; no daemon may use
// the directory (locked). The file is read alone and checked as a whole. Whatever ends this process, the directory has
// the one database or the other. Who may read it: who could read the database that was there, else who may read the file.
// not_found, corrupt, newer: the file is not to be restored, nothing was changed.
StoreResult<Restored> restore(const std::filesystem::path& directory, const std::filesystem::path& file);

// Completes a restore() that was cut off beyond its point of no return, and removes what one that was cut off before had copied;
// changes nothing where there is none. The caller holds the lock. Returns the files that were put aside.
StoreResult<std::vector<std::filesystem::path>> complete_restore(const std::filesystem::path& directory);

}  // namespace copybench
