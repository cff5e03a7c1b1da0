// Are the files that the writer has open still the ones that the directory shows? Whoever removes, replaces or cuts the
// database, its log or its index under the daemon would otherwise have it acknowledge what the next start does not find.
//
// Another program that writes by SQLite, such as its shell, overwrites nothing: it may begin the log anew or empty it, which the
// index then says (DatabaseConnection::log_index). It must leave the folding of the log to the daemon, though: what it copies
// into the database itself counts as overwritten.
//
// It costs some system calls a write. What another program writes into the middle of a file is not seen here; SQLite's own
// checks are for that. Threads: missing() from any thread; the others as the connection.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/unique_fd.h"
#include "core/store/database_connection.h"

namespace copybench {

class OpenFiles {
 public:
  // Of a connection in WAL mode, which must outlive it.
  static StoreResult<OpenFiles> of(const std::filesystem::path& database, DatabaseConnection& connection);

  // lost: a path leads to another file than the one that is open, or to none. io: that cannot be told.
  std::optional<StoreError> missing() const;

  // corrupt: since noted(), another program has cut the database or its log. Reads nothing from the disk.
  std::optional<StoreError> cut() const;
  // corrupt: since noted(), another program has cut or overwritten the database or its log. io: they cannot be read.
  std::optional<StoreError> changed() const;
  // Call after each use of the connection, before any other one: what the files are like by now is its doing.
  void noted();

 private:
  struct File {
    std::filesystem::path path;
    UniqueFd fd;  // O_PATH: keeps the inode's number from being used again, and its close() leaves SQLite's locks alone
  };
  struct State {
    int64_t bytes = 0;
    std::string header;
  };
  enum Which : size_t { database, log, index, count };

  explicit OpenFiles(DatabaseConnection& connection) : connection_(&connection) {}
  StoreResult<int64_t> bytes_of(Which which) const;
  StoreResult<State> state_of(Which which) const;
  StoreResult<std::optional<DatabaseConnection::LogIndex>> log_index() const;

  DatabaseConnection* connection_;
  std::array<File, count> files_;
  std::array<std::optional<State>, index> noted_;  // of database and log; none where they could not be read
};

}  // namespace copybench
