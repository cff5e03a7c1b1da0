// Detects whether the files that the writer has open are still the ones in the directory. If another program removes,
// replaces or truncates the database, its log or its index, the daemon would otherwise acknowledge data that the next start
// does not find.
//
// Another program that writes through SQLite, such as its shell, overwrites nothing. It may restart or empty the log, which
// the index then shows (DatabaseConnection::log_index). It must leave checkpoints to the daemon, though: what it copies
// into the database itself counts as overwritten.
//
// A write costs some system calls more. If another program writes into the middle of the database, only the changed time is
// visible here; a check of the file must detect the damage (integrity.h). Threads: missing() from any thread; the others as
// the connection.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/unique_fd.h"
#include "core/database/connection.h"

namespace copybench {

class OpenFiles {
 public:
  // The connection must be in WAL mode and must outlive the result.
  static StoreResult<OpenFiles> of(const std::filesystem::path& database, DatabaseConnection& connection);

  // lost: a path leads to another file than the open one, or to none. io: that cannot be determined.
  std::optional<StoreError> missing() const;

  // corrupt: since noted(), another program has truncated the database or its log. Reads nothing from the disk.
  std::optional<StoreError> cut() const;
  // corrupt: since noted(), another program has truncated or overwritten the database or its log. io: they cannot be read.
  std::optional<StoreError> changed() const;
  // corrupt: since noted(), another program has written into the log what SQLite does not write. Reads the log where its time
  // has changed.
  std::optional<StoreError> log_overwritten() const;
  // Whether the database was written since noted(), harmfully or not, or its time was set. Reads nothing from the disk.
  bool written_by_others() const;
  // Call after each use of the connection, before any other one: the current state of the files is the result of that use.
  void noted();

 private:
  struct File {
    std::filesystem::path path;
    UniqueFd fd;  // O_PATH: keeps the inode's number from being reused, and its close() leaves SQLite's locks alone
  };
  struct State {
    int64_t bytes = 0;
    int64_t written_ns = 0;  // modification time, in ns since 1970
    std::string header;
  };
  enum Which : size_t { database, log, index, count };

  explicit OpenFiles(DatabaseConnection& connection) : connection_(&connection) {}
  StoreResult<State> size_and_time_of(Which which) const;
  StoreResult<State> state_of(Which which) const;
  StoreResult<std::optional<DatabaseConnection::LogIndex>> log_index() const;

  DatabaseConnection* connection_;
  std::array<File, count> files_;
  std::array<std::optional<State>, index> noted_;  // of database and log; none if unreadable
};

}  // namespace copybench
