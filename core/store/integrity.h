// Checks the file with SQLite's quick_check, in two parts, so that a large database is ready soon.
//
// The first part runs before anything is written. It checks every table but run_evidence, that is, all tables that are ever
// changed in place, at some 0.7 us a run. The second part checks the whole file on a thread with a read-only connection of
// its own. run_evidence holds most of the bytes and is only ever added to.
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

// corrupt, with the first problem found.
StoreResult<void> check_changing_tables(DatabaseConnection& connection);

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
