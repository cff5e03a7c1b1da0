// One connection to the database, with its statements prepared once each. Its source alone knows SQLiteCpp.
//
// Errors: what SQLite throws inside attempt() comes back from it as a StoreError; Query and WriteTransaction are used
// inside attempt() only.
// Threads: one at a time, but for interrupt().
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
#include "core/store/store.h"

struct sqlite3_file;

namespace SQLite {
class Database;
class Statement;
class Transaction;
}  // namespace SQLite

namespace copybench {

// What counts up, ids and sequences, stays far below: what is above was written by another program.
constexpr int64_t kLargestId = int64_t{1} << 62;

class DatabaseConnection {
 public:
  // create: the file must not exist. read_write: it must. read_only: it must, and nothing can be written.
  enum class Access { create, read_write, read_only };
  static StoreResult<std::unique_ptr<DatabaseConnection>> open(const std::filesystem::path& file, Access access);
  ~DatabaseConnection();

  // locked: another program that writes was waited for in vain, for 5 s; soon after such an attempt the next one waits 0.1 s, so
  // that those who wait for one another are told in time.
  // corrupt too where another program has cut the index (-shm), which SQLite has mapped: to use it would be the end of the process.
  std::optional<StoreError> attempt(const std::function<void()>& work);
  // Called with each error of attempt() that says that the file is damaged, on its thread.
  void on_damage(std::function<void(const StoreError&)> told) { on_damage_ = std::move(told); }

  // Statements without parameters and results.
  void execute(const std::string& sql);
  // The first column of the first row.
  int64_t integer(const std::string& sql);
  int64_t last_inserted_id() const;
  int64_t total_changes() const;  // rows inserted, updated and deleted since the connection was opened

  // Copies what was committed from the write-ahead log into the database file and makes the log empty, as far as that goes
  // without waiting for a reader. Not within a transaction.
  void fold_back_log();

  // Does the path lead to another file than the one that is open?
  bool has_moved();
  // The first bytes of the files as they are on the disk: of the database 100, of its log 32, none where it is shorter.
  std::string database_header();
  std::string log_header();
  // The index (-shm) on the log. Whoever writes by SQLite, in whatever process, keeps it true.
  struct LogIndex {
    std::string salts;       // bytes 16 to 23 of the header of the log that it is of
    int64_t log_bytes = 0;   // at least; 0: the log holds nothing that counts
  };
  // None where the log is not in use yet, or another process is changing the index just now.
  std::optional<LogIndex> log_index();

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
  std::optional<int> errno_before_rollback_;  // of the attempt that is under way
  std::function<void(const StoreError&)> on_damage_;
  UniqueFd index_;  // O_PATH: its close() leaves SQLite's locks alone
  int64_t index_bytes_ = 0;
  std::chrono::steady_clock::time_point locked_at_{};  // the last attempt that waited in vain for another program
};

// A prepared statement in use; it is reset at destruction. One at a time for each text.
class Query {
 public:
  Query(DatabaseConnection& connection, const std::string& sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameter. A number that is not finite is bound as no value.
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
  void run();   // steps to the end, and makes the statement ready to be bound anew

  bool is_null(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // until the next step

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

// Ends the attempt with Kind::corrupt: the file is not what this program made of it.
[[noreturn]] void throw_damaged(const std::string& what);
// Ends the attempt with Kind::damaged: a row says what no version of this program wrote. `what` names the row.
[[noreturn]] void throw_damaged_row(const std::string& what);
StoreError damaged_row(const std::string& what);
// Within an attempt: false where `read` comes upon a damaged row, which then does not end the attempt.
bool finds_no_damaged_row(const std::function<void()>& read);

}  // namespace copybench
