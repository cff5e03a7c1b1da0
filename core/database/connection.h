// One connection to the database. It prepares each statement once. Only its two source files use SQLiteCpp.
//
// Errors: attempt() returns what SQLite throws inside it as a StoreError. Use Query and WriteTransaction only inside
// attempt().
// Threads: one at a time, except interrupt().
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/unique_fd.h"
#include "core/database/error.h"

struct sqlite3_file;

namespace SQLite {
class Database;
class Statement;
class Transaction;
}  // namespace SQLite

namespace copybench {

// Ids and sequences count up and stay far below this. A larger value was written by another program.
constexpr int64_t kLargestId = int64_t{1} << 62;

// The version of SQLite that runs.
std::string_view sqlite_version();

class DatabaseConnection {
 public:
  // create: the file must not exist. read_write: it must. read_only: it must, and nothing can be written.
  enum class Access { create, read_write, read_only };
  static StoreResult<std::unique_ptr<DatabaseConnection>> open(const std::filesystem::path& file, Access access);
  ~DatabaseConnection();

  // locked: another program kept the write lock for 5 s. Soon after such a failure the next attempt waits only 0.1 s, so
  // that callers that wait for one another get the error in time.
  // corrupt: also if another program has truncated the index (-shm), which SQLite has mapped. Using it would end the
  // process.
  std::optional<StoreError> attempt(const std::function<void()>& work);
  // Called on attempt()'s thread, with each of its errors that reports damage to the file.
  void on_damage(std::function<void(const StoreError&)> told) { on_damage_ = std::move(told); }

  // Runs statements without parameters and results.
  void execute(const std::string& sql);
  // The first column of the first row; 0 without a row.
  int64_t integer(const std::string& sql);
  int64_t last_inserted_id() const;
  int64_t total_changes() const;  // rows inserted, updated and deleted since the connection was opened

  // Copies committed data from the write-ahead log into the database file and empties the log, as far as possible without
  // waiting for a reader. Not within a transaction.
  void checkpoint_wal();

  // Whether the path leads to another file than the open one.
  bool has_moved();
  // The first bytes of the files on disk: 100 of the database, 32 of its log; empty if the file is shorter.
  std::string database_header();
  std::string log_header();
  // The index (-shm) of the log. Every process that writes through SQLite keeps it current.
  struct LogIndex {
    std::string salts;       // bytes 16 to 23 of the header of the indexed log
    int64_t log_bytes = 0;   // a lower bound; 0: the log holds no valid data
  };
  // None if the log is not in use yet, or if another process is changing the index.
  std::optional<LogIndex> log_index();
  // Whether the checksums of the log hold, up to the end that the index gives. True where there is no such end. Reads 4 MiB at
  // most, the end of a longer log, which takes some milliseconds.
  bool log_checksums_hold();

  // Ends the statement that is running, if any. Any thread.
  void interrupt();

 private:
  friend class Query;
  friend class WriteTransaction;
  explicit DatabaseConnection(std::unique_ptr<SQLite::Database> database);
  SQLite::Statement& prepared(const std::string& sql);
  sqlite3_file* file_of(int which_file);
  std::string header(int which_file, int bytes);
  std::optional<StoreError> tried(const std::function<void()>& work);
  std::optional<StoreError> index_cut();
  bool ids_are_used_up();

  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
  std::optional<int> errno_before_rollback_;  // of the current attempt
  std::function<void(const StoreError&)> on_damage_;
  UniqueFd index_;  // O_PATH: its close() leaves SQLite's locks alone
  int64_t index_bytes_ = 0;
  std::chrono::steady_clock::time_point locked_at_{};  // when another program last made an attempt fail as locked
};

// A prepared statement in use, reset at destruction. At most one at a time for each SQL text.
class Query {
 public:
  Query(DatabaseConnection& connection, const std::string& sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameter. A number that is not finite is bound as NULL.
  Query& bind(int64_t value);
  Query& bind(double value);
  Query& bind(const std::string& value);
  Query& bind(std::string_view value) { return bind(std::string(value)); }
  Query& bind(const char* value) { return bind(std::string(value)); }
  template <typename T>
  Query& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  bool step();  // true: there is a row
  void run();   // steps to the end and resets the statement for new bindings

  bool is_null(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step

 private:
  Query& bind_null();
  SQLite::Statement& statement_;
  int bound_ = 0;
};

// Takes the write lock at once; rolls back at destruction unless committed.
class WriteTransaction {
 public:
  explicit WriteTransaction(DatabaseConnection& connection);
  ~WriteTransaction();
  void commit();

 private:
  DatabaseConnection& connection_;
  std::unique_ptr<SQLite::Transaction> transaction_;
};

// Ends the attempt with Kind::corrupt: the file is not as this program wrote it.
[[noreturn]] void throw_damaged(const std::string& what);
// Ends the attempt with Kind::damaged: a row holds what no version of this program wrote. `what` names the row.
[[noreturn]] void throw_damaged_row(const std::string& what);
StoreError damaged_row(const std::string& what);
// Within an attempt: false if `read` finds a damaged row, which then does not end the attempt.
bool finds_no_damaged_row(const std::function<void()>& read);

}  // namespace copybench
