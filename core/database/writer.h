// The only writing connection of a data directory. It runs transactions one at a time and handles a full disk and a damaged
// file.
// Threads: every member function may be called from any thread. One that writes or reads waits for the previous one.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "core/base/deadline_monitor.h"
#include "core/database/connection.h"
#include "core/database/data_lock.h"
#include "core/database/open_files.h"
#include "core/database/reserve_file.h"
#include "core/database/write_status.h"

namespace copybench {

class DatabaseWriter {
 public:
  // Work is called with the connection, inside DatabaseConnection::attempt, and returns a StoreResult. It is called again
  // if a write finds the disk full.
  template <typename Work>
  using ResultOf = std::invoke_result_t<Work, DatabaseConnection&>;

  // Tests whether what is changed in place is sound; called with a connection of its own where other programs wrote.
  using Check = std::function<StoreResult<void>(DatabaseConnection&)>;

  // The connection to `file`, in the locked directory, and the files that the connection has open.
  DatabaseWriter(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection, OpenFiles files,
                 Check check);

  const std::filesystem::path& file() const { return file_; }
  WriteStatus& status() { return status_; }
  // The known obstacle to the next write: missing files, else the last write that failed.
  std::optional<StoreError> last_error();
  // Why there is no progress: a transaction has been running for minutes.
  std::optional<std::string> stalled(Monotonic::time_point now) const { return deadline_monitor_.overdue(now); }

  // Runs `work` as one transaction. Commits it if the result has a value, else rolls it back.
  template <typename Work>
  ResultOf<Work> write(const Work& work) {
    ResultOf<Work> result = tl::unexpected(StoreError{});
    const auto failed = transact([&](DatabaseConnection& connection) {
      result = work(connection);
      return result.has_value();
    });
    if (failed) return tl::unexpected(*failed);
    return result;
  }

  // Like write(), for new data. Rejects it while there is still room for the rest.
  template <typename Work>
  ResultOf<Work> add(const Work& work) {
    if (auto none = no_room()) return tl::unexpected(*none);
    return write(work);
  }

  // Like write(), for work that frees space. On a full disk it uses a reserve, which is allocated again afterwards. The
  // freed space is given back to the file system.
  template <typename Work>
  ResultOf<Work> release(const Work& work) {
    auto result = write(work);
    if (!result && result.error().kind == StoreError::Kind::full && give_up_reserve()) result = write(work);
    make_room();
    return result;
  }

  // For statements that cannot be part of a transaction.
  StoreResult<void> write_alone(const std::function<void(DatabaseConnection&)>& work);

  template <typename Work>
  ResultOf<Work> read(const Work& work) {
    ResultOf<Work> result = tl::unexpected(StoreError{});
    const auto failed = look([&](DatabaseConnection& connection) { result = work(connection); });
    if (failed) return tl::unexpected(*failed);
    return result;
  }

  // Store documents these.
  uint64_t changes() const { return changes_.load(); }
  void checkpoint_wal();
  bool try_again();
  std::optional<std::string> refuses_new() const;

 private:
  // Commits if `work` returns true. None if nothing failed.
  std::optional<StoreError> transact(const std::function<bool(DatabaseConnection&)>& work);
  std::optional<StoreError> look(const std::function<void(DatabaseConnection&)>& work);
  std::optional<StoreError> no_room();
  bool give_up_reserve();
  void make_room();
  // Called before each use of the connection. Returns what makes the use pointless or unsafe.
  std::optional<StoreError> unsafe();
  std::optional<StoreError> missing_files() const;
  std::optional<StoreError> harmed_by_others();
  StoreError noted(const StoreError& failure);
  std::optional<StoreError> emptied_log();
  bool has_room(uintmax_t& free) const;
  std::string no_room_for_new(uintmax_t free) const;

  const std::filesystem::path file_;
  const DataLock lock_;
  const Check check_;
  std::mutex mutex_;  // guards connection_
  DeadlineMonitor deadline_monitor_;       // of the thread that holds mutex_
  const std::unique_ptr<DatabaseConnection> connection_;
  OpenFiles files_;                        // guarded by mutex_, except missing()
  ReserveFile reserve_;                    // guarded by mutex_
  std::atomic<uint64_t> changes_ = 0;      // transactions committed
  std::atomic<bool> new_refused_ = false;  // at the last add()
  WriteStatus status_;
};

}  // namespace copybench
