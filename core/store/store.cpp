#include "core/store/store.h"

#include <fmt/format.h>

#include <atomic>
#include <optional>

#include "core/database/connection.h"
#include "core/database/data_lock.h"
#include "core/database/integrity.h"
#include "core/database/writer.h"
#include "core/store/calibrations.h"
#include "core/store/circumstances.h"
#include "core/store/erasure.h"
#include "core/store/files.h"
#include "core/store/idempotency.h"
#include "core/store/open.h"
#include "core/store/retention.h"
#include "core/store/run_queue.h"
#include "core/store/schema.h"

namespace copybench {

struct Store::Impl {
  Impl(std::filesystem::path file, DataLock lock, std::unique_ptr<DatabaseConnection> connection, OpenFiles files,
       Advise next_runs)
      : writer(std::move(file), std::move(lock), std::move(connection), std::move(files), check_changing_tables),
        advise(std::move(next_runs)) {}

  // A part of a transaction: interrupts the runs that an earlier daemon left running. Returns how many.
  StoreResult<int64_t> interrupt_left_runs(DatabaseConnection& connection) {
    if (!left_running) left_running = running_runs(connection);
    const RunResult interrupted{Interrupted{"The daemon ended while this run was under way."}, Json::object(), ""};
    int64_t runs = 0;
    for (const RunId run : *left_running) {
      const auto ended = end_run(connection, run, interrupted, advise, utc_now());
      // The run has ended meanwhile, or it is deleted.
      const bool gone = !ended && (ended.error().kind == StoreError::Kind::conflict || ended.error().kind == StoreError::Kind::not_found);
      if (!ended && !gone) return tl::unexpected(ended.error());
      if (ended) ++runs;
    }
    return runs;
  }

  // Wraps the work: first does what recover() could not do.
  template <typename Work>
  auto after_recovery(const Work& work) {
    return [this, &work](DatabaseConnection& connection) -> std::invoke_result_t<Work, DatabaseConnection&> {
      if (to_recover) {
        if (auto done = interrupt_left_runs(connection); !done) return tl::unexpected(done.error());
      }
      return work(connection);
    };
  }

  StoreResult<void> erase_in_pieces(ExperimentId experiment) {
    bool more = true;
    while (more) {
      const auto done = writer.release([&](DatabaseConnection& connection) -> StoreResult<void> {
        more = erase_piece(connection, experiment);
        return {};
      });
      if (!done) return done;
    }
    return {};
  }

  DatabaseWriter writer;
  const Advise advise;
  // Runs that an earlier daemon left running. Read within the first transaction that can, which is before this daemon's
  // first claim. Guarded by the writer.
  std::optional<std::vector<RunId>> left_running;
  std::atomic<bool> to_recover = false;
  std::atomic<bool> claims_stopped = false;
  std::optional<BackgroundCheck> check;  // last: its thread reports to the writer
};

StoreResult<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory, Advise advise) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) {
    return tl::unexpected(StoreError{
        StoreError::Kind::io, system_error("create the data directory " + directory.string(), failed.value()).message});
  }
  auto lock = DataLock::take(directory);
  if (!lock) return tl::unexpected(lock.error());
  auto connection = open_for_writing(directory);
  // Opening creates SQLite's log and index, files of some size that are missing after an orderly stop.
  if (!connection && connection.error().kind == StoreError::Kind::full) {
    ReserveFile reserve(directory);
    reserve.hold();
    if (reserve.give_up()) connection = open_for_writing(directory);
  }
  if (!connection) return tl::unexpected(connection.error());
  auto files = OpenFiles::of(database_file(directory), **connection);
  if (!files) return tl::unexpected(files.error());
  return std::unique_ptr<Store>(new Store(
      std::make_unique<Impl>(database_file(directory), std::move(*lock), std::move(*connection), std::move(*files),
                             std::move(advise))));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() = default;

const std::filesystem::path& Store::database_path() const { return impl_->writer.file(); }

uint64_t Store::changes() const { return impl_->writer.changes(); }

StoreResult<std::optional<StoredAnswer>> Store::find_answer(const IdempotencyKey& key) {
  return impl_->writer.read([&](DatabaseConnection& connection) { return find_stored_answer(connection, key, utc_now()); });
}

StoreResult<ExperimentRecord> Store::enqueue(const Plan& plan, const std::optional<IdempotencyKey>& key,
                                             const RenderAnswer& render_answer, int64_t max_unfinished) {
  return impl_->writer.add([&](DatabaseConnection& connection) -> StoreResult<ExperimentRecord> {
    const UtcTime now = utc_now();
    if (key) {
      if (auto reserved = reserve_key(connection, *key, now); !reserved) return tl::unexpected(reserved.error());
    }
    if (const int64_t unfinished = count_unfinished(connection); unfinished >= max_unfinished) {
      return tl::unexpected(StoreError{StoreError::Kind::queue_full, fmt::format("{} experiments are queued.", unfinished)});
    }
    const ExperimentId id = insert_experiment(connection, plan, impl_->advise, now);
    auto record = find_experiment(connection, id);
    if (record && key) insert_answer(connection, *key, {id, render_answer(*record)}, now);
    return record;
  });
}

StoreResult<std::optional<ClaimedRun>> Store::claim_next(const Circumstances& circumstances) {
  if (impl_->check) impl_->check->wait();  // reading the whole file beside a measurement would disturb it
  if (impl_->claims_stopped) return std::nullopt;
  const auto claim = [&](DatabaseConnection& connection) -> StoreResult<std::optional<ClaimedRun>> {
    const UtcTime now = utc_now();
    auto claimed = claim_run(connection, now);
    if (claimed && !circumstances.empty()) record_circumstances(connection, *claimed, circumstances, now);
    return claimed;
  };
  auto claimed = impl_->writer.write(impl_->after_recovery(claim));
  if (claimed) impl_->to_recover = false;
  return claimed;
}

StoreResult<std::vector<Calibration>> Store::recent_calibrations(const std::string& machine, int64_t limit) {
  return impl_->writer.read([&](DatabaseConnection& connection) -> StoreResult<std::vector<Calibration>> {
    return read_recent_calibrations(connection, machine, limit);
  });
}

void Store::stop_claims() {
  impl_->claims_stopped = true;
  if (impl_->check) impl_->check->stop();
}

StoreResult<void> Store::finish(RunId run, const RunResult& result) {
  return impl_->writer.write([&](DatabaseConnection& connection) {
    return end_run(connection, run, result, impl_->advise, utc_now());
  });
}

StoreResult<ExperimentRecord> Store::cancel(ExperimentId experiment) {
  const auto cancel = [&](DatabaseConnection& connection) -> StoreResult<ExperimentRecord> {
    auto record = find_experiment(connection, experiment);
    if (!record) return record;
    cancel_queued(connection, *record, utc_now());
    return find_experiment(connection, experiment);
  };
  return impl_->writer.release(impl_->after_recovery(cancel));
}

StoreResult<Store::Added> Store::add_rows(const std::function<StoreResult<Added>(DatabaseConnection&)>& work) {
  return impl_->writer.add(work);
}

StoreResult<ExperimentRecord> Store::annotate(ExperimentId experiment, const AnnotationChange& change) {
  return impl_->writer.write([&](DatabaseConnection& connection) -> StoreResult<ExperimentRecord> {
    if (auto goes = being_erased(connection, experiment)) return tl::unexpected(std::move(*goes));
    return annotate_experiment(connection, experiment, change);
  });
}

StoreResult<void> Store::erase(ExperimentId experiment) {
  const auto whole = [&](DatabaseConnection& connection) { return erase_experiment(connection, experiment); };
  auto erased = impl_->writer.release(impl_->after_recovery(whole));
  if (erased || erased.error().kind != StoreError::Kind::full) return erased;
  const auto begin = [&](DatabaseConnection& connection) { return begin_erasure(connection, experiment, utc_now()); };
  if (auto begun = impl_->writer.release(impl_->after_recovery(begin)); !begun) return begun;
  return impl_->erase_in_pieces(experiment);
}

StoreResult<std::optional<RemovedExperiment>> Store::remove_expired(const RetentionPolicy& policy) {
  return impl_->writer.release([&](DatabaseConnection& connection) -> StoreResult<std::optional<RemovedExperiment>> {
    return remove_expired_experiment(connection, policy, utc_now());
  });
}

StoreResult<Store::Size> Store::size() {
  return impl_->writer.read([](DatabaseConnection& connection) -> StoreResult<Size> {
    return Size{used_bytes(connection), connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size")};
  });
}

StoreResult<bool> Store::give_back_space() {
  bool more = false;
  auto done = impl_->writer.write_alone([&](DatabaseConnection& connection) {
    more = give_back_pages(connection);
    connection.checkpoint_wal();  // only this shortens the file
  });
  if (!done) return tl::unexpected(done.error());
  return more;
}

StoreResult<bool> Store::can_give_back_space() {
  return impl_->writer.read([](DatabaseConnection& connection) -> StoreResult<bool> { return can_give_back(connection); });
}

StoreResult<void> Store::convert_to_give_back_space() { return impl_->writer.write_alone(convert_to_give_back); }

void Store::checkpoint_wal() { impl_->writer.checkpoint_wal(); }

StoreResult<std::optional<UtcTime>> Store::last_trusted_time() { return impl_->writer.read(find_last_trusted_time); }

StoreResult<void> Store::believe_time(UtcTime time) {
  return impl_->writer.write([&](DatabaseConnection& connection) -> StoreResult<void> {
    note_last_trusted_time(connection, time);
    return {};
  });
}

StoreResult<int64_t> Store::recover() {
  impl_->left_running.reset();
  auto recovered = impl_->writer.release(
      [&](DatabaseConnection& connection) { return impl_->interrupt_left_runs(connection); });
  // Also if the runs could not be read: otherwise they would stay running and block the whole queue.
  impl_->to_recover = !recovered;
  std::vector<ExperimentId> begun;
  auto read = impl_->writer.read([&](DatabaseConnection& connection) -> StoreResult<void> {
    begun = begun_erasures(connection);
    return {};
  });
  if (recovered && !read) recovered = tl::unexpected(read.error());
  for (const ExperimentId experiment : begun) {
    if (recovered) {
      if (auto erased = impl_->erase_in_pieces(experiment); !erased) recovered = tl::unexpected(erased.error());
    }
  }
  if (!impl_->check) {
    impl_->check.emplace(impl_->writer.file(), [this](const StoreError& found) {
      // A read error of the disk does not prove damage.
      found.kind == StoreError::Kind::io ? impl_->writer.status().failed(found) : impl_->writer.status().refuse(found);
    });
  }
  return recovered;
}

bool Store::checking() const { return impl_->check && !impl_->check->ended(); }

std::optional<std::string> Store::stalled(Monotonic::time_point now) const { return impl_->writer.stalled(now); }

bool Store::try_again() { return impl_->writer.try_again(); }

std::optional<std::string> Store::refuses_new() const { return impl_->writer.refuses_new(); }

std::optional<StoreError> Store::last_write_error() const { return impl_->writer.last_error(); }

}  // namespace copybench
