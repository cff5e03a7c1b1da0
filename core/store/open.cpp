#include "core/store/open.h"

#include "core/database/durable_file.h"
#include "core/database/integrity.h"
#include "core/store/files.h"
#include "core/store/restore.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

tl::unexpected<StoreError> damaged(std::string message) {
  return tl::unexpected(StoreError{StoreError::Kind::corrupt, std::move(message)});
}

tl::unexpected<StoreError> io_error(const std::string& what, int errno_value) {
  return tl::unexpected(file_error(what, errno_value));
}

// Creates the file under another name first, so that a file with the final name is always complete.
StoreResult<void> create(const fs::path& directory) {
  const fs::path unfinished = directory / "copybench.db.new";
  for (const std::string& file : with_side_files(unfinished)) {
    std::error_code ignored;
    fs::remove(file, ignored);
  }
  {
    auto connection = DatabaseConnection::open(unfinished, DatabaseConnection::Access::create);
    if (!connection) return tl::unexpected(connection.error());
    // This costs nothing only in a database without tables; see retention.h.
    if (const auto failed = (*connection)->attempt([&] { (*connection)->execute("PRAGMA auto_vacuum=INCREMENTAL"); })) {
      return tl::unexpected(*failed);
    }
    if (auto migrated = migrate(**connection); !migrated) return migrated;
  }
  return rename_durably(unfinished, database_file(directory), Target::replaced);
}

// Creates the file if there is none. Rejects what SQLite would accept as a fresh start.
StoreResult<void> find_or_create(const fs::path& directory) {
  const fs::path file = database_file(directory);
  std::error_code failed;
  const bool exists = fs::exists(file, failed);
  if (failed) return io_error("look at " + file.string(), failed.value());
  const fs::path wal = file.string() + "-wal";
  if (!exists) {
    const auto wal_bytes = fs::file_size(wal, failed);
    if (!failed && wal_bytes > 0) {
      return damaged(file.string() +
                     " is missing, but its -wal file is there. The two belong together: bring the "
                     "database back, or move the -wal file away to begin anew.");
    }
    return create(directory);
  }
  const auto bytes = fs::file_size(file, failed);
  if (failed) return io_error("look at " + file.string(), failed.value());
  if (bytes == 0) {
    return damaged(file.string() +
                   " is empty, which a database never is. Restore a copy of it, or move it away to "
                   "begin anew.");
  }
  return {};
}

}  // namespace

StoreResult<std::unique_ptr<DatabaseConnection>> open_for_writing(const fs::path& directory) {
  if (auto completed = complete_restore(directory); !completed) return tl::unexpected(completed.error());
  if (auto found = find_or_create(directory); !found) return tl::unexpected(found.error());
  auto connection = DatabaseConnection::open(database_file(directory), DatabaseConnection::Access::read_write);
  if (!connection) return connection;
  if (auto known = check_version(**connection); !known) return tl::unexpected(known.error());
  if (auto sound = check_changing_tables(**connection); !sound) return tl::unexpected(sound.error());
  if (auto migrated = migrate(**connection); !migrated) return tl::unexpected(migrated.error());
  if (auto complete = check_complete(**connection); !complete) return tl::unexpected(complete.error());
  bool wal = false;
  const auto failed = (*connection)->attempt([&] {
    Query mode(**connection, "PRAGMA journal_mode=WAL");
    wal = mode.step() && mode.text(0) == "wal";
    (*connection)->execute("PRAGMA journal_size_limit=1048576");  // bytes; applies while readers keep it from being emptied
    // Debian's default is ON. A deletion would then overwrite all that it frees, on a disk where it should make room.
    (*connection)->execute("PRAGMA secure_delete=OFF");
  });
  if (failed) return tl::unexpected(*failed);
  if (!wal) {
    return tl::unexpected(StoreError{StoreError::Kind::io, "The file system of " + directory.string() +
                                                               " cannot hold a write-ahead log (it needs shared memory "
                                                               "maps). Name a data directory on a local disk."});
  }
  return connection;
}

}  // namespace copybench
