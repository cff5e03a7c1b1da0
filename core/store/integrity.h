// Is the file sound? SQLite's quick_check, in two parts, so that a large database is ready soon.
//
// Before anything is written: every table but run_evidence, that is, all that is ever changed in place. Some 0.7 us a
// run. Then, on a thread with a read-only connection of its own: the whole file. run_evidence holds most of the bytes
// and is only ever added to.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/store/database_connection.h"

namespace copybench {

// corrupt, with the first thing that is wrong.
StoreResult<void> check_changing_tables(DatabaseConnection& connection);

// Every page, row and index of the file, as SQLite's integrity_check sees them. corrupt
StoreResult<void> check_whole_file(DatabaseConnection& connection);

// Threads: every member function may be called from any thread.
class BackgroundCheck {
 public:
  // on_failure is called at most once, on the check's thread. Throws std::system_error where there is no thread.
  BackgroundCheck(const std::filesystem::path& database, std::function<void(StoreError)> on_failure);
  ~BackgroundCheck();  // as stop()

  // Until the check has come to an end or was stopped.
  void wait();
  bool ended() const;
  // Ends the check without a verdict, within some milliseconds.
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
