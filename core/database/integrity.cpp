#include "core/database/integrity.h"

#include <fmt/format.h>

#include <chrono>
#include <vector>

namespace copybench {
namespace {

constexpr std::chrono::milliseconds kInterruptEvery{5};

// To be called inside DatabaseConnection::attempt.
void check_by(DatabaseConnection& connection, const std::string& pragma) {
  Query query(connection, pragma);
  while (query.step()) {
    if (query.text(0) != "ok") throw_damaged(pragma.substr(pragma.find(' ') + 1) + ": " + std::string(query.text(0)));
  }
}

}  // namespace

StoreResult<void> check_tables_except(DatabaseConnection& connection, const std::string& large_table) {
  const auto failed = connection.attempt([&] {
    std::vector<std::string> tables;
    {
      Query query(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> ?");
      query.bind(large_table);
      while (query.step()) tables.emplace_back(query.text(0));
    }
    for (const std::string& table : tables) check_by(connection, fmt::format("PRAGMA quick_check({})", table));
  });
  if (failed) return tl::unexpected(*failed);
  return {};
}

StoreResult<void> check_whole_file(DatabaseConnection& connection) {
  const auto failed = connection.attempt([&] { check_by(connection, "PRAGMA integrity_check"); });
  if (failed) return tl::unexpected(*failed);
  return {};
}

BackgroundCheck::BackgroundCheck(const std::filesystem::path& database, std::function<void(StoreError)> on_failure)
    : on_failure_(std::move(on_failure)), thread_([this, database] { check(database); }) {}

BackgroundCheck::~BackgroundCheck() {
  stop();
  thread_.join();
}

void BackgroundCheck::check(const std::filesystem::path& database) {
  auto connection = DatabaseConnection::open(database, DatabaseConnection::Access::read_only);
  std::optional<StoreError> failed;
  if (!connection) {
    failed = connection.error();
  } else {
    bool stopped = false;
    {
      std::lock_guard lock(mutex_);
      stopped = stopping_;
      connection_ = connection->get();
    }
    if (!stopped) failed = (*connection)->attempt([&] { check_by(**connection, "PRAGMA quick_check"); });
  }
  std::unique_lock lock(mutex_);
  connection_ = nullptr;
  const bool report = failed && !stopping_;  // stopping a check makes it fail
  lock.unlock();
  if (report) on_failure_(*failed);
  lock.lock();
  ended_ = true;
  ended_changed_.notify_all();
}

void BackgroundCheck::wait() {
  std::unique_lock lock(mutex_);
  ended_changed_.wait(lock, [&] { return ended_ || stopping_; });
}

bool BackgroundCheck::ended() const {
  std::lock_guard lock(mutex_);
  return ended_;
}

void BackgroundCheck::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  ended_changed_.notify_all();
  // An interrupt before the statement has begun is lost, so it is repeated until the check has ended.
  while (!ended_) {
    if (connection_ != nullptr) connection_->interrupt();
    ended_changed_.wait_for(lock, kInterruptEvery);
  }
}

}  // namespace copybench
