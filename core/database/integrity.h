// Checks the file with SQLite's quick_check, in two parts, so that a large database is ready soon.
//
// The first part runs before anything is written. It checks every table but a large one that is never changed in place. The
// second part checks the whole file on a thread with a read-only connection of its own.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/database/connection.h"

namespace copybench {

// corrupt, with the first problem found.
StoreResult<void> check_tables_except(DatabaseConnection& connection, const std::string& large_table);

// Checks every page, row and index of the file, as SQLite's integrity_check does. corrupt
StoreResult<void> check_whole_file(DatabaseConnection& connection);

// Threads: every member function may be called from any thread.
class BackgroundCheck {
 public:
  // on_failure is called at most once, on the check's thread. Throws std::system_error if no thread can be started.
  BackgroundCheck(const std::filesystem::path& database, std::function<void(StoreError)> on_failure);
  ~BackgroundCheck();  // calls stop()

  // Waits until the check has ended or was stopped.
  void wait();
  bool ended() const;
  // Ends the check without a result, within some milliseconds.
  void stop();

 private:
  void check(const std::filesystem::path& database);
  std::function<void(StoreError)> on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  DatabaseConnection* connection_ = nullptr;  // while the check is running
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace copybench
