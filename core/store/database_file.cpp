#include "core/store/database_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.h"
#include "core/store/integrity.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

tl::unexpected<StoreError> damaged(std::string message) {
  return tl::unexpected(StoreError{StoreError::Kind::corrupt, std::move(message)});
}

tl::unexpected<StoreError> io_error(const std::string& what, int errno_value) {
  const auto kind = errno_value == ENOSPC || errno_value == EDQUOT ? StoreError::Kind::full : StoreError::Kind::io;
  return tl::unexpected(StoreError{kind, system_error(what, errno_value).message + "."});
}

StoreResult<void> sync_directory(const fs::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return io_error("sync " + directory.string(), errno);
  return {};
}

// Under another name first: whatever ends this process, a file of the right name is whole.
StoreResult<void> create(const fs::path& directory) {
  const fs::path unfinished = directory / "copybench.db.new";
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::error_code ignored;
    fs::remove(unfinished.string() + suffix, ignored);
  }
  {
    auto connection = DatabaseConnection::open(unfinished, DatabaseConnection::Access::create);
    if (!connection) return tl::unexpected(connection.error());
    if (auto migrated = migrate(**connection); !migrated) return migrated;
  }
  std::error_code failed;
  fs::rename(unfinished, database_file(directory), failed);
  if (failed) return io_error("rename " + unfinished.string(), failed.value());
  return sync_directory(directory);
}

// Creates where there is nothing; refuses what SQLite would take for a fresh start.
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

fs::path database_file(const fs::path& directory) { return directory / "copybench.db"; }

StoreResult<std::unique_ptr<DatabaseConnection>> open_for_writing(const fs::path& directory) {
  if (auto found = find_or_create(directory); !found) return tl::unexpected(found.error());
  auto connection = DatabaseConnection::open(database_file(directory), DatabaseConnection::Access::read_write);
  if (!connection) return connection;
  if (auto known = check_version(**connection); !known) return tl::unexpected(known.error());
  if (auto sound = check_changing_tables(**connection); !sound) return tl::unexpected(sound.error());
  if (auto migrated = migrate(**connection); !migrated) return tl::unexpected(migrated.error());
  bool wal = false;
  const auto failed = (*connection)->attempt([&] {
    Query mode(**connection, "PRAGMA journal_mode=WAL");
    wal = mode.step() && mode.text(0) == "wal";
    (*connection)->execute("PRAGMA journal_size_limit=16777216");
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
