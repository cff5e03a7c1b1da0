#include "core/store/store.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "core/base/pulse.h"
#include "core/store/answers.h"
#include "core/store/calibrations.h"
#include "core/store/circumstances.h"
#include "core/store/data_lock.h"
#include "core/store/database_connection.h"
#include "core/store/database_file.h"
#include "core/store/integrity.h"
#include "core/store/reserve_file.h"
#include "core/store/retention.h"
#include "core/store/transfer.h"
#include "core/store/transitions.h"

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

class Store::Impl {
 public:
  Impl(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection)
      : file_(std::move(file)),
        lock_(std::move(lock)),
        connection_(std::move(connection)),
        reserve_(file_.parent_path()),
        check_(file_, [this](const StoreError& found) { refuse_writes(found); }) {
    reserve_.hold();
  }

  const std::filesystem::path& file() const { return file_; }
  BackgroundCheck& check() { return check_; }
  const Pulse& pulse() const { return pulse_; }

  // Runs `work` as one transaction, which is committed if its result has a value and is rolled back otherwise.
  template <typename Work>
  std::invoke_result_t<Work, DatabaseConnection&> write(const Work& work) {
    std::lock_guard writing(mutex_);
    const Beat beat(pulse_);
    if (auto refusal = refused()) return tl::unexpected(*refusal);
    std::invoke_result_t<Work, DatabaseConnection&> result = tl::unexpected(StoreError{});
    const int64_t changes_before = connection_->total_changes();
    const auto transaction = [&] {
      return connection_->attempt([&] {
        WriteTransaction open(*connection_);
        result = work(*connection_);
        if (result) open.commit();
      });
    };
    auto failed = transaction();
    // On a small disk the log, which holds again what is in the file, may be what takes the room.
    if (failed && failed->kind == StoreError::Kind::full && !emptied_log()) failed = transaction();
    if (failed) return tl::unexpected(note_failure(*failed));
    if (result && connection_->total_changes() != changes_before) note_success();
    return result;
  }

  // The same for what is new: refused while there is still room for the rest.
  template <typename Work>
  std::invoke_result_t<Work, DatabaseConnection&> add(const Work& work) {
    if (auto none = no_room()) return tl::unexpected(*none);
    return write(work);
  }

  // The same for what makes room.
  template <typename Work>
  std::invoke_result_t<Work, DatabaseConnection&> release(const Work& work) {
    auto result = write(work);
    if (result || result.error().kind != StoreError::Kind::full) return result;
    {
      std::lock_guard writing(mutex_);
      if (!reserve_.give_up()) return result;
    }
    return write(work);
  }

  bool try_again() {
    if (!last_write_error()) {
      std::lock_guard writing(mutex_);
      reserve_.hold();
      return false;
    }
    std::lock_guard writing(mutex_);
    const Beat beat(pulse_);
    if (refused()) return false;
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
    note_success();
    reserve_.hold();
    return true;
  }

  std::optional<std::string> refuses_new() const {
    uintmax_t free = 0;
    // What the log takes may be given back by the next post; then it is not refused.
    if (has_room(free) || (free >= kReserve && !new_refused_)) return std::nullopt;
    return no_room_for_new(free);
  }

  // For the statements that cannot be part of a transaction.
  template <typename Work>
  StoreResult<void> write_alone(const Work& work) {
    std::lock_guard writing(mutex_);
    if (auto refusal = refused()) return tl::unexpected(*refusal);
    const auto failed = connection_->attempt([&] { work(*connection_); });
    if (failed) return tl::unexpected(note_failure(*failed));
    return {};
  }

  template <typename Work>
  std::invoke_result_t<Work, DatabaseConnection&> read(const Work& work) {
    std::lock_guard reading(mutex_);
    const Beat beat(pulse_);
    std::invoke_result_t<Work, DatabaseConnection&> result = tl::unexpected(StoreError{});
    const auto failed = connection_->attempt([&] { result = work(*connection_); });
    if (failed) return tl::unexpected(*failed);
    return result;
  }

  void fold_back_log() {
    std::lock_guard writing(mutex_);
    const Beat beat(pulse_);
    // Nothing is lost where it fails, and nothing was asked for that somebody waits for.
    if (!refused()) static_cast<void>(emptied_log());
  }

  std::optional<StoreError> last_write_error() const {
    std::lock_guard lock(status_mutex_);
    return last_write_error_;
  }

  void stop_claims() {
    claims_stopped_ = true;
    check_.stop();
  }
  bool claims_stopped() const { return claims_stopped_; }

 private:
  bool has_room(uintmax_t& free) const {
    std::error_code unknown;
    const auto disk = std::filesystem::space(file_.parent_path(), unknown);
    if (unknown) return true;  // then the write tells
    const uintmax_t log = std::filesystem::file_size(file_.string() + "-wal", unknown);
    free = disk.available;
    return free >= kReserve + (unknown ? 0 : log);
  }

  std::optional<StoreError> no_room() {
    std::lock_guard writing(mutex_);
    const Beat beat(pulse_);
    uintmax_t free = 0;
    new_refused_ = !(refused() || has_room(free) || (!emptied_log() && has_room(free)));
    if (!new_refused_) return std::nullopt;
    return StoreError{StoreError::Kind::full, no_room_for_new(free)};
  }

  std::string no_room_for_new(uintmax_t free) const {
    return fmt::format("There is no room left for the database {}: only {} KiB are free on its disk, and they are kept for "
                       "what is queued. Free some, then try again.",
                       file_.string(), free >> 10);
  }

  // None where it went well.
  std::optional<StoreError> emptied_log() {
    return connection_->attempt([&] { connection_->fold_back_log(); });
  }

  std::optional<StoreError> refused() const {
    std::lock_guard lock(status_mutex_);
    return refused_ ? last_write_error_ : std::nullopt;
  }

  // The check has found the file unsound, or could not read it.
  void refuse_writes(const StoreError& found) {
    std::lock_guard lock(status_mutex_);
    refused_ = true;
    last_write_error_ = stamped(found);
  }

  StoreError note_failure(const StoreError& failure) {
    std::lock_guard lock(status_mutex_);
    if (!refused_) last_write_error_ = stamped(failure);
    refused_ = refused_ || failure.kind == StoreError::Kind::corrupt;
    return failure;
  }

  void note_success() {
    std::lock_guard lock(status_mutex_);
    if (!refused_) last_write_error_.reset();
  }

  static StoreError stamped(const StoreError& error) {
    return {error.kind, fmt::format("{} (Since {}.)", error.message, to_rfc3339(utc_now()))};
  }

  const std::filesystem::path file_;
  const DataLock lock_;
  std::mutex mutex_;  // of connection_
  Pulse pulse_;       // of who holds mutex_
  const std::unique_ptr<DatabaseConnection> connection_;
  ReserveFile reserve_;  // guarded by mutex_
  std::atomic<bool> new_refused_ = false;  // at the last post
  mutable std::mutex status_mutex_;  // of the two below; never held during a write
  std::optional<StoreError> last_write_error_;
  bool refused_ = false;  // for good: a person has to look first
  std::atomic<bool> claims_stopped_ = false;
  BackgroundCheck check_;  // last: its thread reports to the members above
};

StoreResult<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) {
    return tl::unexpected(StoreError{
        StoreError::Kind::io, system_error("create the data directory " + directory.string(), failed.value()).message});
  }
  auto lock = DataLock::take(directory);
  if (!lock) return tl::unexpected(lock.error());
  auto connection = open_for_writing(directory);
  if (!connection) return tl::unexpected(connection.error());
  return std::unique_ptr<Store>(
      new Store(std::make_unique<Impl>(database_file(directory), std::move(*lock), std::move(*connection))));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() = default;

const std::filesystem::path& Store::database_path() const { return impl_->file(); }

StoreResult<std::optional<StoredAnswer>> Store::find_answer(const IdempotencyKey& key) {
  return impl_->read([&](DatabaseConnection& connection) { return find_stored_answer(connection, key, utc_now()); });
}

StoreResult<ExperimentRecord> Store::enqueue(const Plan& plan, const std::optional<IdempotencyKey>& key,
                                             const RenderAnswer& render_answer) {
  return impl_->add([&](DatabaseConnection& connection) -> StoreResult<ExperimentRecord> {
    const UtcTime now = utc_now();
    if (key) {
      if (auto reserved = reserve_key(connection, *key, now); !reserved) return tl::unexpected(reserved.error());
    }
    const ExperimentId id = insert_experiment(connection, plan, now);
    auto record = find_experiment(connection, id);
    if (record && key) insert_answer(connection, *key, {id, render_answer(*record)}, now);
    return record;
  });
}

StoreResult<std::optional<ClaimedRun>> Store::claim_next(const Circumstances& circumstances) {
  impl_->check().wait();  // reading the whole file beside a measurement would disturb it
  if (impl_->claims_stopped()) return std::nullopt;
  return impl_->write([&](DatabaseConnection& connection) -> StoreResult<std::optional<ClaimedRun>> {
    const UtcTime now = utc_now();
    auto claimed = claim_run(connection, now);
    if (claimed && !circumstances.empty()) record_circumstances(connection, *claimed, circumstances, now);
    return claimed;
  });
}

StoreResult<std::vector<Calibration>> Store::recent_calibrations(const std::string& machine, int64_t limit) {
  return impl_->read([&](DatabaseConnection& connection) -> StoreResult<std::vector<Calibration>> {
    return read_recent_calibrations(connection, machine, limit);
  });
}

void Store::stop_claims() { impl_->stop_claims(); }

StoreResult<void> Store::finish(RunId run, const RunResult& result) {
  return impl_->write([&](DatabaseConnection& connection) { return end_run(connection, run, result, utc_now()); });
}

StoreResult<ExperimentRecord> Store::cancel(ExperimentId experiment) {
  return impl_->release([&](DatabaseConnection& connection) -> StoreResult<ExperimentRecord> {
    const auto record = find_experiment(connection, experiment);
    if (!record) return record;
    cancel_queued(connection, *record, utc_now());
    return find_experiment(connection, experiment);
  });
}

StoreResult<Store::Imported> Store::import_experiment(const ExportFile& file) {
  if (auto good = check_import(file); !good) return tl::unexpected(good.error());
  return impl_->add([&](DatabaseConnection& connection) -> StoreResult<Imported> {
    auto known = find_imported(connection, file);
    if (!known) known = find_original(connection, file);
    const StoreResult<ExperimentId> id = known ? *known : insert_import(connection, file, utc_now());
    if (!id) return tl::unexpected(id.error());
    return find_experiment(connection, *id).map([&](ExperimentRecord record) {
      return Imported{std::move(record), !known};
    });
  });
}

StoreResult<ExperimentRecord> Store::annotate(ExperimentId experiment, const AnnotationChange& change) {
  return impl_->write(
      [&](DatabaseConnection& connection) { return annotate_experiment(connection, experiment, change); });
}

StoreResult<void> Store::erase(ExperimentId experiment) {
  return impl_->release([&](DatabaseConnection& connection) { return erase_experiment(connection, experiment); });
}

StoreResult<std::optional<RemovedExperiment>> Store::remove_expired(const RetentionPolicy& policy) {
  return impl_->write([&](DatabaseConnection& connection) -> StoreResult<std::optional<RemovedExperiment>> {
    return remove_expired_experiment(connection, policy, utc_now());
  });
}

StoreResult<Store::Size> Store::size() {
  return impl_->read([](DatabaseConnection& connection) -> StoreResult<Size> {
    return Size{used_bytes(connection), connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size")};
  });
}

StoreResult<bool> Store::give_back_space() {
  bool more = false;
  auto done = impl_->write_alone([&](DatabaseConnection& connection) {
    more = give_back_pages(connection);
    connection.fold_back_log();  // it is this that makes the file shorter
  });
  if (!done) return tl::unexpected(done.error());
  return more;
}

StoreResult<bool> Store::can_give_back_space() {
  return impl_->read([](DatabaseConnection& connection) -> StoreResult<bool> { return can_give_back(connection); });
}

StoreResult<void> Store::convert_to_give_back_space() { return impl_->write_alone(convert_to_give_back); }

void Store::fold_back_log() { impl_->fold_back_log(); }

StoreResult<std::optional<UtcTime>> Store::believed_time() { return impl_->read(find_believed_time); }

StoreResult<void> Store::believe_time(UtcTime time) {
  return impl_->write([&](DatabaseConnection& connection) -> StoreResult<void> {
    note_believed_time(connection, time);
    return {};
  });
}

StoreResult<int64_t> Store::recover() {
  return impl_->write([&](DatabaseConnection& connection) -> StoreResult<int64_t> {
    const RunResult interrupted{Interrupted{"The daemon ended while this run was under way."}, Json::object(), ""};
    const auto runs = running_runs(connection);
    for (const RunId run : runs) {
      if (auto ended = end_run(connection, run, interrupted, utc_now()); !ended) return tl::unexpected(ended.error());
    }
    return static_cast<int64_t>(runs.size());
  });
}

bool Store::checking() const { return !impl_->check().ended(); }

std::optional<std::string> Store::stalled(Monotonic::time_point now) const { return impl_->pulse().overdue(now); }

bool Store::try_again() { return impl_->try_again(); }

std::optional<std::string> Store::refuses_new() const { return impl_->refuses_new(); }

std::optional<StoreError> Store::last_write_error() const { return impl_->last_write_error(); }

}  // namespace copybench
