#include "core/database/writer.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "core/database/integrity.h"
#include "core/database/space.h"

namespace copybench {
namespace {

// A disk that needs longer for one transaction does not respond any more.
constexpr std::chrono::minutes kTransactionLimit{2};

// Free space on the disk, beyond what the log still has to write into the database. It lets queued work be stored,
// cancelled and deleted after new work is rejected.
constexpr uintmax_t kReserve = 256 * 1024;

// With this much free space no pages are given back, and the reserve can be allocated again.
constexpr uintmax_t kAmple = kReserve + 4 * ReserveFile::kBytes;
// Limits how long one deletion waits.
constexpr std::chrono::seconds kGiveBackAtMost{2};
constexpr int64_t kPagesInTheReserve = 48;  // each moved with a pointer page at worst: 384 KiB

// One use of the connection, for the deadline monitor of the store. At its end it notes the state in which this use left
// the files.
class Beat {
 public:
  Beat(DeadlineMonitor& deadline_monitor, OpenFiles& files) : deadline_monitor_(deadline_monitor), files_(files) {
    deadline_monitor_.expect("a transaction of the database", kTransactionLimit);
  }
  ~Beat() {
    files_.noted();
    deadline_monitor_.rest();
  }
  Beat(const Beat&) = delete;
  Beat& operator=(const Beat&) = delete;

 private:
  DeadlineMonitor& deadline_monitor_;
  OpenFiles& files_;
};

}  // namespace

DatabaseWriter::DatabaseWriter(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection,
                               OpenFiles files, Check check)
    : file_(std::move(file)),
      lock_(std::move(lock)),
      check_(std::move(check)),
      connection_(std::move(connection)),
      files_(std::move(files)),
      reserve_(file_.parent_path()) {
  reserve_.hold();
}

std::optional<StoreError> DatabaseWriter::transact(const std::function<bool(DatabaseConnection&)>& work) {
  std::lock_guard writing(mutex_);
  if (auto error = unsafe()) return error;
  const Beat beat(deadline_monitor_, files_);
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
  // On a small disk the log may take the room, although it repeats what is in the file.
  if (failed && failed->kind == StoreError::Kind::full && !emptied_log()) failed = transaction();
  if (failed) return noted(*failed);
  if (committed) changes_.fetch_add(1);
  if (committed && connection_->total_changes() != changes_before) status_.succeeded();
  return std::nullopt;
}

StoreResult<void> DatabaseWriter::write_alone(const std::function<void(DatabaseConnection&)>& work) {
  std::lock_guard writing(mutex_);
  if (auto error = unsafe()) return tl::unexpected(*error);
  const Beat beat(deadline_monitor_, files_);
  const auto failed = connection_->attempt([&] { work(*connection_); });
  if (failed) return tl::unexpected(noted(*failed));
  return {};
}

std::optional<StoreError> DatabaseWriter::look(const std::function<void(DatabaseConnection&)>& work) {
  std::lock_guard reading(mutex_);
  // A stored answer that is read here is acknowledged as if it were written now.
  if (auto error = unsafe()) return error;
  const Beat beat(deadline_monitor_, files_);
  return connection_->attempt([&] { work(*connection_); });
}

void DatabaseWriter::checkpoint_wal() {
  std::lock_guard writing(mutex_);
  if (unsafe()) return;
  const Beat beat(deadline_monitor_, files_);
  // A failure loses nothing, and no caller waits for the result.
  static_cast<void>(emptied_log());
}

bool DatabaseWriter::try_again() {
  std::lock_guard writing(mutex_);
  const bool well = !status_.last_error();
  if (unsafe()) return false;
  const Beat beat(deadline_monitor_, files_);
  if (well) {
    // A reader may have kept the log from being emptied after the last run.
    std::error_code unknown;
    if (std::filesystem::file_size(file_.string() + "-wal", unknown) > 0 && !unknown) static_cast<void>(emptied_log());
    reserve_.hold();
    return false;
  }
  static_cast<void>(emptied_log());
  uintmax_t free = 0;
  if (!has_room(free)) return false;
  // Changes nothing, but is written to the disk.
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
  // The next add() may empty the log and free its room. Then new data is not rejected.
  if (has_room(free) || (free >= kReserve && !new_refused_ && !reserve_.is_owed())) return std::nullopt;
  return no_room_for_new(free);
}

std::optional<StoreError> DatabaseWriter::no_room() {
  std::lock_guard writing(mutex_);
  if (auto error = unsafe()) return error;
  const Beat beat(deadline_monitor_, files_);
  uintmax_t free = 0;
  new_refused_ = !(has_room(free) || (!emptied_log() && has_room(free)));
  if (!new_refused_) return std::nullopt;
  return StoreError{StoreError::Kind::full, no_room_for_new(free)};
}

bool DatabaseWriter::give_up_reserve() {
  std::lock_guard writing(mutex_);
  return reserve_.give_up();
}

// Works in steps so small that their log fits into the room of the reserve.
void DatabaseWriter::make_room() {
  std::lock_guard writing(mutex_);
  uintmax_t free = 0;
  if (has_room(free) && free >= kAmple) return;
  if (unsafe()) return;
  const Beat beat(deadline_monitor_, files_);
  const auto until = Monotonic::now() + kGiveBackAtMost;
  bool more = !emptied_log();
  while (more && !(has_room(free) && free >= kAmple) && Monotonic::now() < until) {
    const auto failed = connection_->attempt([&] {
      more = give_back_pages(*connection_, kPagesInTheReserve);
      connection_->checkpoint_wal();
    });
    // No caller asked for this. A failure to free room does no harm now, and the next write reports the cause.
    if (failed) break;
  }
  reserve_.hold();
}

std::optional<StoreError> DatabaseWriter::missing_files() const {
  if (auto missing = lock_.missing()) return missing;
  return files_.missing();
}

std::optional<StoreError> DatabaseWriter::unsafe() {
  if (auto refusal = status_.refusal()) return refusal;
  auto error = missing_files();
  if (!error) error = files_.changed();
  if (!error) error = harmed_by_others();
  if (error) return noted(*error);
  return std::nullopt;
}

// Uses a connection of its own: this one does not see what others have written into pages that it has cached. The check
// takes some 0.7 us for each stored run, and runs only if another program wrote.
std::optional<StoreError> DatabaseWriter::harmed_by_others() {
  if (!files_.written_by_others()) return std::nullopt;
  auto fresh = DatabaseConnection::open(file_, DatabaseConnection::Access::read_only);
  if (!fresh) return fresh.error();
  if (const auto sound = check_(**fresh); !sound) return sound.error();
  files_.noted();
  return std::nullopt;
}

std::optional<StoreError> DatabaseWriter::last_error() {
  if (auto refusal = status_.refusal()) return refusal;
  if (auto missing = missing_files()) return missing;
  // A status request does not wait for a write. The next request after the write sees the damage.
  if (const std::unique_lock writing(mutex_, std::try_to_lock); writing) {
    auto harm = files_.cut();
    if (!harm) harm = files_.log_overwritten();
    if (!harm) harm = harmed_by_others();
    if (harm) noted(*harm);
  }
  return status_.last_error();
}

StoreError DatabaseWriter::noted(const StoreError& failure) {
  status_.failed(failure);
  return failure;
}

// None on success.
std::optional<StoreError> DatabaseWriter::emptied_log() {
  return connection_->attempt([&] { connection_->checkpoint_wal(); });
}

bool DatabaseWriter::has_room(uintmax_t& free) const {
  std::error_code unknown;
  const auto disk = std::filesystem::space(file_.parent_path(), unknown);
  if (unknown) return true;  // then the write reports the error
  const uintmax_t log = std::filesystem::file_size(file_.string() + "-wal", unknown);
  free = disk.available;
  return free >= kReserve + (unknown ? 0 : log) + (reserve_.is_owed() ? ReserveFile::kBytes : 0);
}

std::string DatabaseWriter::no_room_for_new(uintmax_t free) const {
  return fmt::format("There is no room left for the database {}: only {} KiB are free on its disk, and they are kept for "
                     "what is queued. Free some, then try again.",
                     file_.string(), free >> 10);
}

}  // namespace copybench
