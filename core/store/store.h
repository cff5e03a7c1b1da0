// The database of experiments and runs; the table of runs is the queue.
//
// Store is the one writer of the database file. It holds the only read-write connection (SQLite 3.40 may corrupt a WAL
// database that two connections write at once) and a lock file beside the database, so that a second daemon on the same
// data refuses to start. Every member function may be called from any thread. Calls are serialised by a mutex. Each call is
// one transaction, durable when it returns (WAL, synchronous=FULL): nothing is half-stored.
// Readers are in reader.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/database/error.h"
#include "core/model/advice.h"
#include "core/model/outcome.h"
#include "core/model/plan.h"
#include "core/model/records.h"
#include "core/store/values.h"

namespace copybench {

class DatabaseConnection;

class Store {
 public:
  // Opens or creates DIR/copybench.db, takes the lock, checks everything that is ever changed in place and migrates the
  // schema. recover() checks the rest of the file (see integrity.h) on a thread. Damage found there refuses every write
  // from then on. `advise` is called inside transactions and must not call the store.
  static StoreResult<std::unique_ptr<Store>> open(const std::filesystem::path& directory, Advise advise);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::filesystem::path& database_path() const;

  // Grows after each committed transaction. Data that was read before is current until it grows.
  uint64_t changes() const;

  // The earlier answer under this key, if any. conflict: the key was used for another request before.
  // Keys are kept for 7 days.
  StoreResult<std::optional<StoredAnswer>> find_answer(const IdempotencyKey& key);

  // Queues an experiment with all its runs. render_answer creates the body that is stored under the key from the new
  // record. It is called inside the transaction and must not call the store. Without a key it is not called.
  // conflict: another client used the key meanwhile. full: also while some room is left, which is kept for what is queued
  // already. queue_full: max_unfinished experiments are queued or running.
  using RenderAnswer = std::function<std::string(const ExperimentRecord&)>;
  StoreResult<ExperimentRecord> enqueue(const Plan& plan, const std::optional<IdempotencyKey>& key,
                                        const RenderAnswer& render_answer, int64_t max_unfinished = INT64_MAX);

  // The next run of the oldest unfinished experiment (by id), or none if there is nothing to do. A first claim sets the
  // experiment running. The claim records the circumstances if they differ from the experiment's last ones; empty: not
  // known. Waits until the check of the file that recover() began has ended.
  StoreResult<std::optional<ClaimedRun>> claim_next(const Circumstances& circumstances = {});

  // The last calibrations of a machine, newest first.
  StoreResult<std::vector<Calibration>> recent_calibrations(const std::string& machine, int64_t limit);

  // Call when the daemon stops. claim_next() then returns none, also from a call that is waiting.
  void stop_claims();

  // Ends a claimed run. Completed, Failed, TimedOut and Cancelled are final. Interrupted keeps the row as interrupted and
  // queues the same measurement again in its place, before the rest of its experiment; if the experiment was cancelled
  // meanwhile, the run counts as cancelled. If the experiment has no queued or running run left, the runs that follow from
  // its results (advice.h) are queued in the same transaction. If there are none, the experiment ends too: cancelled if
  // that was requested, failed if no run completed, else completed. conflict: the run is not running.
  StoreResult<void> finish(RunId run, const RunResult& result);

  // Cancels the queued runs of the experiment, and the experiment itself unless one of its runs is running. Then finish()
  // ends it, and the caller must end the run. Idempotent: it changes nothing if the experiment is final. On a full disk
  // this and erase() use a reserve.
  StoreResult<ExperimentRecord> cancel(ExperimentId experiment);

  // Runs `work` as one transaction that adds an ended experiment's rows, or finds that they are there; for core/transfer.
  // full: as for enqueue().
  struct Added {
    ExperimentRecord record;
    bool is_new = false;
  };
  StoreResult<Added> add_rows(const std::function<StoreResult<Added>(DatabaseConnection&)>& work);

  // Changes the annotations of an experiment, in any state of it. not_found
  StoreResult<ExperimentRecord> annotate(ExperimentId experiment, const AnnotationChange& change);

  // Deletes an experiment with its runs. conflict: it is pinned or running, or one of its runs is. If the disk has no room
  // to delete it at once, it is deleted in pieces. The next start or the next call completes an interrupted deletion.
  StoreResult<void> erase(ExperimentId experiment);

  // Removes the oldest experiment that the policy releases (ended, not pinned); none if there is none.
  StoreResult<std::optional<RemovedExperiment>> remove_expired(const RetentionPolicy& policy);

  // Bytes of the database in use, and bytes of the file.
  struct Size {
    int64_t used = 0;
    int64_t file = 0;
  };
  StoreResult<Size> size();

  // Gives some free pages (8 MB) back to the file system; false if none is left. A database of an early version must be
  // converted first: its file is rewritten, which takes as much room again. Call both between runs only.
  StoreResult<bool> give_back_space();
  StoreResult<bool> can_give_back_space();
  StoreResult<void> convert_to_give_back_space();

  // Checkpoints SQLite's write-ahead log into the database file, so that it takes no room beside it. Call between runs.
  // Readers may keep a part of the log. Any other obstacle makes the next write fail too. A write that finds no room does
  // the same.
  void checkpoint_wal();

  // The last time at which the clock is known to have been right, to compute ages by (clock_guard.h): the time noted last,
  // else that of the newest experiment of this machine; none if there is neither.
  StoreResult<std::optional<UtcTime>> last_trusted_time();
  StoreResult<void> believe_time(UtcTime time);

  // Call at start, before other threads call. Every run found running becomes interrupted and is queued again; returns how
  // many. full, io: there is no room for that now. All that does not need it is possible, and the next claim, cancel or
  // deletion does it first. Then the check of the whole file begins, so that its result never decides whether the daemon
  // starts.
  StoreResult<int64_t> recover();

  // Whether the file is still being checked. claim_next() waits for that, however long it takes.
  bool checking() const;
  // Call after a write that failed, between runs only. Tests whether a write succeeds by now, which clears
  // last_write_error(), and allocates the reserve for deletions again. True: writing has resumed.
  bool try_again();
  // Why new data is rejected although queued work can still be stored; none while there is room.
  std::optional<std::string> refuses_new() const;
  // Why the store makes no progress: a transaction has been running for minutes. None otherwise.
  std::optional<std::string> stalled(Monotonic::time_point now = Monotonic::now()) const;

  // The last write that failed, with its time, for /healthz; none after a write succeeded.
  std::optional<StoreError> last_write_error() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
