// Are the files that the writer has open still the ones that the directory shows? Whoever removes, replaces or cuts the
// database, its log or its index under the daemon would otherwise have it acknowledge what the next start does not find.
//
// Another program that writes by SQLite, such as its shell, overwrites nothing: it may begin the log anew or empty it, which the
// index then says (DatabaseConnection::log_index). It must leave the folding of the log to the daemon, though: what it copies
// into the database itself counts as overwritten.
//
// It costs some system calls a write. Of what another program writes into the middle of the database only the time is seen here;
// whether it did harm, a check of the file must tell (integrity.h). Threads: missing() from any thread; the others as the connection.
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
  // Something was written into the database since noted(), harmful or not, or its time was set. Reads nothing from the disk.
  bool written_by_others() const;
  // Call after each use of the connection, before any other one: what the files are like by now is its doing.
  void noted();

 private:
  struct File {
    std::filesystem::path path;
    UniqueFd fd;  // O_PATH: keeps the inode's number from being used again, and its close() leaves SQLite's locks alone
  };
  struct State {
    int64_t bytes = 0;
    int64_t written_ns = 0;  // the file's time of modification, since 1970
    std::string header;
  };
  enum Which : size_t { database, log, index, count };

  explicit OpenFiles(DatabaseConnection& connection) : connection_(&connection) {}
  StoreResult<State> size_and_time_of(Which which) const;
  StoreResult<State> state_of(Which which) const;
  StoreResult<std::optional<DatabaseConnection::LogIndex>> log_index() const;

  DatabaseConnection* connection_;
  std::array<File, count> files_;
  std::array<std::optional<State>, index> noted_;  // of database and log; none where they could not be read
};

}  // namespace copybench
