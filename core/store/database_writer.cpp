#include "core/store/database_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>
#include <utility>

namespace copybench {
namespace {

// A disk that takes longer for one transaction does not answer any more.
constexpr std::chrono::minutes kTransactionLimit{2};

// On the disk, beyond what the log still has to write into the database: so that what is queued can be stored, cancelled and
// deleted when nothing new is taken any more.
constexpr uintmax_t kReserve = 256 * 1024;

// One transaction under way, for the pulse of the store.
class Beat {
 public:
  explicit Beat(Pulse& pulse) : pulse_(pulse) { pulse_.expect("a transaction of the database", kTransactionLimit); }
  ~Beat() { pulse_.rest(); }
  Beat(const Beat&) = delete;
  Beat& operator=(const Beat&) = delete;

 private:
  Pulse& pulse_;
};

}  // namespace

DatabaseWriter::DatabaseWriter(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection)
    : file_(std::move(file)),
      lock_(std::move(lock)),
      connection_(std::move(connection)),
      reserve_(file_.parent_path()) {
  reserve_.hold();
}

std::optional<StoreError> DatabaseWriter::transact(const std::function<bool(DatabaseConnection&)>& work) {
  std::lock_guard writing(mutex_);
  const Beat beat(pulse_);
  if (auto refusal = status_.refusal()) return refusal;
  bool committed = false;
  const int64_t changes_before = connection_->total_changes();
  const auto transaction = [&] {
    return connection_->attempt([&] {
      WriteTransaction open(*connection_);
      committed = work(*connection_);
      if (committed) open.commit();
    });
  };
  auto failed = transaction();
  // On a small disk the log, which holds again what is in the file, may be what takes the room.
  if (failed && failed->kind == StoreError::Kind::full && !emptied_log()) failed = transaction();
  if (failed) return noted(*failed);
  if (committed && connection_->total_changes() != changes_before) status_.succeeded();
  return std::nullopt;
}

StoreResult<void> DatabaseWriter::write_alone(const std::function<void(DatabaseConnection&)>& work) {
  std::lock_guard writing(mutex_);
  if (auto refusal = status_.refusal()) return tl::unexpected(*refusal);
  const auto failed = connection_->attempt([&] { work(*connection_); });
  if (failed) return tl::unexpected(noted(*failed));
  return {};
}

std::optional<StoreError> DatabaseWriter::look(const std::function<void(DatabaseConnection&)>& work) {
  std::lock_guard reading(mutex_);
  const Beat beat(pulse_);
  return connection_->attempt([&] { work(*connection_); });
}

void DatabaseWriter::fold_back_log() {
  std::lock_guard writing(mutex_);
  const Beat beat(pulse_);
  // Nothing is lost where it fails, and nothing was asked for that somebody waits for.
  if (!status_.refusal()) static_cast<void>(emptied_log());
}

bool DatabaseWriter::try_again() {
  if (!status_.last_error()) {
    std::lock_guard writing(mutex_);
    reserve_.hold();
    return false;
  }
  std::lock_guard writing(mutex_);
  const Beat beat(pulse_);
  if (status_.refusal()) return false;
  static_cast<void>(emptied_log());
  uintmax_t free = 0;
  if (!has_room(free)) return false;
  // Says nothing new, and is written all the same.
  const auto failed = connection_->attempt([&] {
    WriteTransaction open(*connection_);
    connection_->execute(fmt::format("PRAGMA user_version={}", connection_->integer("PRAGMA user_version")));
    open.commit();
  });
  if (failed) return false;
  status_.succeeded();
  reserve_.hold();
  return true;
}

std::optional<std::string> DatabaseWriter::refuses_new() const {
  uintmax_t free = 0;
  // What the log takes may be given back by the next post; then it is not refused.
  if (has_room(free) || (free >= kReserve && !new_refused_)) return std::nullopt;
  return no_room_for_new(free);
}

std::optional<StoreError> DatabaseWriter::no_room() {
  std::lock_guard writing(mutex_);
  const Beat beat(pulse_);
  uintmax_t free = 0;
  new_refused_ = !(status_.refusal() || has_room(free) || (!emptied_log() && has_room(free)));
  if (!new_refused_) return std::nullopt;
  return StoreError{StoreError::Kind::full, no_room_for_new(free)};
}

bool DatabaseWriter::give_up_reserve() {
  std::lock_guard writing(mutex_);
  return reserve_.give_up();
}

StoreError DatabaseWriter::noted(const StoreError& failure) {
  status_.failed(failure);
  return failure;
}

// None where it went well.
std::optional<StoreError> DatabaseWriter::emptied_log() {
  return connection_->attempt([&] { connection_->fold_back_log(); });
}

bool DatabaseWriter::has_room(uintmax_t& free) const {
  std::error_code unknown;
  const auto disk = std::filesystem::space(file_.parent_path(), unknown);
  if (unknown) return true;  // then the write tells
  const uintmax_t log = std::filesystem::file_size(file_.string() + "-wal", unknown);
  free = disk.available;
  return free >= kReserve + (unknown ? 0 : log);
}

std::string DatabaseWriter::no_room_for_new(uintmax_t free) const {
  return fmt::format("There is no room left for the database {}: only {} KiB are free on its disk, and they are kept for "
                     "what is queued. Free some, then try again.",
                     file_.string(), free >> 10);
}

}  // namespace copybench
