// The one writing connection of a data directory: its transactions, one at a time, and what becomes of them where the disk
// has no room or the file is unsound.
// Threads: every member function may be called from any thread; one that writes or reads waits for the one before it.
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

#include "core/base/pulse.h"
#include "core/store/data_lock.h"
#include "core/store/database_connection.h"
#include "core/store/open_files.h"
#include "core/store/reserve_file.h"
#include "core/store/write_status.h"

namespace copybench {

class DatabaseWriter {
 public:
  // Work is called with the connection, inside DatabaseConnection::attempt, and returns a StoreResult. Where a write finds
  // the disk full it is called again.
  template <typename Work>
  using ResultOf = std::invoke_result_t<Work, DatabaseConnection&>;

  // The connection to `file`, in the directory that the lock is on, and the files that it has open.
  DatabaseWriter(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection, OpenFiles files);

  const std::filesystem::path& file() const { return file_; }
  WriteStatus& status() { return status_; }
  // What stands in the way of the next write, as far as it is known: files that are missing, else the last write that failed.
  std::optional<StoreError> last_error();
  // Why there is no progress: a transaction has been under way for minutes.
  std::optional<std::string> stalled(Monotonic::time_point now) const { return pulse_.overdue(now); }

  // Runs `work` as one transaction, which is committed if its result has a value and is rolled back otherwise.
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

  // The same for what is new: refused while there is still room for the rest.
  template <typename Work>
  ResultOf<Work> add(const Work& work) {
    if (auto none = no_room()) return tl::unexpected(*none);
    return write(work);
  }

  // The same for what makes room: on a full disk it uses a reserve, which is held again afterwards, and what it frees is
  // given back to the file system.
  template <typename Work>
  ResultOf<Work> release(const Work& work) {
    auto result = write(work);
    if (!result && result.error().kind == StoreError::Kind::full && give_up_reserve()) result = write(work);
    make_room();
    return result;
  }

  // For the statements that cannot be part of a transaction.
  StoreResult<void> write_alone(const std::function<void(DatabaseConnection&)>& work);

  template <typename Work>
  ResultOf<Work> read(const Work& work) {
    ResultOf<Work> result = tl::unexpected(StoreError{});
    const auto failed = look([&](DatabaseConnection& connection) { result = work(connection); });
    if (failed) return tl::unexpected(*failed);
    return result;
  }

  // As Store describes them.
  uint64_t changes() const { return changes_.load(); }
  void fold_back_log();
  bool try_again();
  std::optional<std::string> refuses_new() const;

 private:
  // Commits where `work` says so. None where nothing failed.
  std::optional<StoreError> transact(const std::function<bool(DatabaseConnection&)>& work);
  std::optional<StoreError> look(const std::function<void(DatabaseConnection&)>& work);
  std::optional<StoreError> no_room();
  bool give_up_reserve();
  void make_room();
  // Before each use of the connection: what makes it pointless or unsafe.
  std::optional<StoreError> unsafe();
  std::optional<StoreError> missing_files() const;
  std::optional<StoreError> harmed_by_others();
  StoreError noted(const StoreError& failure);
  std::optional<StoreError> emptied_log();
  bool has_room(uintmax_t& free) const;
  std::string no_room_for_new(uintmax_t free) const;

  const std::filesystem::path file_;
  const DataLock lock_;
  std::mutex mutex_;  // of connection_
  Pulse pulse_;       // of who holds mutex_
  const std::unique_ptr<DatabaseConnection> connection_;
  OpenFiles files_;                        // but for missing(): guarded by mutex_
  ReserveFile reserve_;                    // guarded by mutex_
  std::atomic<uint64_t> changes_ = 0;      // transactions committed
  std::atomic<bool> new_refused_ = false;  // at the last post
  WriteStatus status_;
};

}  // namespace copybench
