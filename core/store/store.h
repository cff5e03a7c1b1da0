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

#include "core/base/result.h"
#include "core/model/export_file.h"
#include "core/model/outcome.h"
#include "core/model/plan.h"
#include "core/model/records.h"

namespace copybench {

struct StoreError {
  enum class Kind {
    full,       // no room on the disk, or the quota is spent: may pass
    io,         // the disk failed, or the file is read-only
    damaged,    // a row holds what no copybench wrote; the file and the other rows are sound
    corrupt,    // quick_check or SQLite found damage: nothing is written until a person has looked
    newer,      // the schema is of a newer copybenchd
    locked,     // another daemon holds the data
    lost,       // the database's files were removed or replaced while in use: passes if they come back
    not_found,  // no such experiment or run
    invalid,    // the input failed validation
    queue_full,  // the limit of waiting experiments is reached
    conflict,   // impossible in this state (delete while it runs; an idempotency key used for another request)
  };
  Kind kind{};
  std::string message;  // a sentence: what happened, and what to do
};

template <typename T>
using StoreResult = tl::expected<T, StoreError>;

// A client's Idempotency-Key with a digest of its request.
struct IdempotencyKey {
  std::string key;
  std::string request_digest;
};

// The answer that was first given under a key, to be repeated unchanged.
struct StoredAnswer {
  ExperimentId experiment_id = 0;
  std::string body;
};

// Limits for automatic removal. Without any of them nothing is removed.
struct RetentionPolicy {
  std::optional<std::chrono::days> age;  // since the experiment ended
  std::optional<int64_t> bytes;          // of the database, without its free pages

  bool removes() const { return age || bytes; }
};

struct RemovedExperiment {
  ExperimentId id = 0;
  std::string name;
  UtcTime ended_at;
  int64_t runs = 0;
  std::string why;  // "older than 30 days"
};

// A run taken from the queue: state running, its start recorded.
struct ClaimedRun {
  RunId id = 0;
  ExperimentId experiment_id = 0;
  ExperimentSpec spec;
  PlannedRun planned;
  RunCounts runs;  // of the experiment, before this one
};

class Store {
 public:
  // Opens or creates DIR/copybench.db, takes the lock, checks everything that is ever changed in place and migrates the
  // schema. recover() checks the rest of the file (see integrity.h) on a thread. Damage found there refuses every write
  // from then on.
  static StoreResult<std::unique_ptr<Store>> open(const std::filesystem::path& directory);
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
  // its results (adaptive.h) are queued in the same transaction. If there are none, the experiment ends too: cancelled if
  // that was requested, failed if no run completed, else completed. conflict: the run is not running.
  StoreResult<void> finish(RunId run, const RunResult& result);

  // Cancels the queued runs of the experiment, and the experiment itself unless one of its runs is running. Then finish()
  // ends it, and the caller must end the run. Idempotent: it changes nothing if the experiment is final. On a full disk
  // this and erase() use a reserve.
  StoreResult<ExperimentRecord> cancel(ExperimentId experiment);

  // Stores an export as a new experiment, or finds the experiment that it became before. invalid: this program does not
  // export such a file. The whole file is validated before anything is stored.
  struct Imported {
    ExperimentRecord record;
    bool is_new = false;
  };
  StoreResult<Imported> import_experiment(const ExportFile& file);

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
