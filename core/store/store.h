// The database of experiments and runs; the table of runs is the queue.
//
// Store is the one writer of the database file: it holds the only read-write connection (SQLite 3.40 may corrupt a WAL
// database that two connections write at once) and a lock file beside the database, so that a second daemon on the same
// data refuses to start. Every member function may be called from any thread; calls are serialised by a mutex and each
// is one transaction, durable when it returns (WAL, synchronous=FULL): nothing is half-stored.
// Readers live in reader.h.
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
    damaged,    // a row says what no copybench wrote; the file is sound, and other rows are
    corrupt,    // quick_check found damage, or SQLite did: nothing is written until a person has looked
    newer,      // the schema is of a newer copybenchd
    locked,     // another daemon holds the data
    lost,       // the database's files were removed or replaced under the daemon: passes if they come back
    not_found,  // no such experiment or run
    invalid,    // what was handed in is not what it should be
    queue_full,  // as many experiments wait as may
    conflict,   // not in this state (delete while it runs; an idempotency key used for another request)
  };
  Kind kind{};
  std::string message;  // a sentence: what happened, and what to do
};

template <typename T>
using StoreResult = tl::expected<T, StoreError>;

// A caller's Idempotency-Key with a digest of the request it came with.
struct IdempotencyKey {
  std::string key;
  std::string request_digest;
};

// The answer that was first given under a key, to be repeated as it was.
struct StoredAnswer {
  ExperimentId experiment_id = 0;
  std::string body;
};

// What is removed by itself. Without any of them nothing is.
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
  // Opens or creates DIR/copybench.db, takes the lock, checks what is ever changed in place, migrates the schema. The
  // rest of the file (see integrity.h) is checked on a thread: damage found there refuses every write from then on.
  static StoreResult<std::unique_ptr<Store>> open(const std::filesystem::path& directory);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::filesystem::path& database_path() const;

  // Grows after each transaction that was committed: what was read before is as it was while this is.
  uint64_t changes() const;

  // The earlier answer under this key, if any. conflict: the key came with another request before.
  // Keys are kept for 7 days.
  StoreResult<std::optional<StoredAnswer>> find_answer(const IdempotencyKey& key);

  // Queues an experiment with all its runs. render_answer makes the body to be stored under the key from the new
  // record; it is called inside the transaction and must not call the store. Without a key it is not called.
  // With a key that another caller used in the meantime: conflict. full: also while some room is left, which is kept for
  // what is queued already. queue_full: max_unfinished experiments are queued or running.
  using RenderAnswer = std::function<std::string(const ExperimentRecord&)>;
  StoreResult<ExperimentRecord> enqueue(const Plan& plan, const std::optional<IdempotencyKey>& key,
                                        const RenderAnswer& render_answer, int64_t max_unfinished = INT64_MAX);

  // The next run of the oldest unfinished experiment (by id), or none if there is nothing to do. A first claim sets the
  // experiment running. What it is measured under is recorded with the claim, where it is not what was recorded of the
  // experiment last; empty: not known. Waits until the check of the file that open() began has ended.
  StoreResult<std::optional<ClaimedRun>> claim_next(const Circumstances& circumstances = {});

  // The last calibrations of a machine, newest first.
  StoreResult<std::vector<Calibration>> recent_calibrations(const std::string& machine, int64_t limit);

  // The daemon is stopping: claim_next() gives none from now on, also one that is waiting.
  void stop_claims();

  // Ends a claimed run. Completed, Failed, TimedOut, Cancelled are final; Interrupted keeps the row as interrupted and
  // queues the same measurement again in its place, before the rest of its experiment (but counts as cancelled where
  // the experiment was cancelled meanwhile). Where the experiment has no queued or running run left, the runs that follow
  // from its results (adaptive.h) are queued in the same transaction; where there are none it ends too:
  // cancelled if that was asked for, failed if no run completed, else completed. conflict: the run is not running.
  StoreResult<void> finish(RunId run, const RunResult& result);

  // Cancels what is queued of the experiment, and the experiment itself unless a run of it is running (then finish()
  // ends it, and the caller sees to it that the run ends). Idempotent: on a final experiment it changes nothing. On a full
  // disk this and erase() use up a reserve.
  StoreResult<ExperimentRecord> cancel(ExperimentId experiment);

  // Stores an export as a new experiment, or finds the one that it became before. invalid: it is not what this program
  // exports; all of it is judged before anything is stored.
  struct Imported {
    ExperimentRecord record;
    bool is_new = false;
  };
  StoreResult<Imported> import_experiment(const ExportFile& file);

  // Changes what people wrote on an experiment, in any state of it. not_found
  StoreResult<ExperimentRecord> annotate(ExperimentId experiment, const AnnotationChange& change);

  // Deletes an experiment with its runs. conflict while it is pinned, or running, or a run of it is. On a disk without
  // room for all of it at once it goes in pieces: where that is cut off, the next start or the next call completes it.
  StoreResult<void> erase(ExperimentId experiment);

  // Removes the oldest experiment that the policy lets go: ended, not pinned; none where there is none.
  StoreResult<std::optional<RemovedExperiment>> remove_expired(const RetentionPolicy& policy);

  // Bytes of the database that hold something, and of the file.
  struct Size {
    int64_t used = 0;
    int64_t file = 0;
  };
  StoreResult<Size> size();

  // Gives some free pages (8 MB) back to the file system; false where none is left. A database of an early version
  // must be converted first: its file is rewritten, which takes as much room again. Both between runs only.
  StoreResult<bool> give_back_space();
  StoreResult<bool> can_give_back_space();
  StoreResult<void> convert_to_give_back_space();

  // Empties SQLite's write-ahead log into the database file, so that it takes no room beside it: between runs, as far as
  // readers let it. What else stands in the way, the next write meets too. A write that finds no room does the same.
  void fold_back_log();

  // Up to when the clock is known to have been right, for judging ages (clock_guard.h): what was noted last, else the
  // newest experiment of this machine; none where there is neither.
  StoreResult<std::optional<UtcTime>> believed_time();
  StoreResult<void> believe_time(UtcTime time);

  // At start, before other threads call: every run found running becomes interrupted and is queued again; returns how many.
  // full, io: there is no room for that now. All that can be done without is possible, and the next claim, cancel or
  // deletion does it first. Then the check of the whole file begins, so that what it finds never decides whether the daemon
  // starts.
  StoreResult<int64_t> recover();

  // Is the file still being checked? claim_next() waits for that, however long it takes.
  bool checking() const;
  // After a write that failed: whether one goes well by now, so that last_write_error() ends. Makes the reserve for
  // deletions anew, too. Between runs only. True: writing goes on again.
  bool try_again();
  // Why nothing new is taken although what is queued can still be stored; none while there is room.
  std::optional<std::string> refuses_new() const;
  // Why the store makes no progress: a transaction has been under way for minutes. None while all is well.
  std::optional<std::string> stalled(Monotonic::time_point now = Monotonic::now()) const;

  // SQLite's primary result code of the last failed write, and when it was, for /healthz; none after a write succeeded.
  std::optional<StoreError> last_write_error() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
