// Read-only connections to the database, a pool of them. Reading never waits for a run, and never for a writer (WAL).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/profile.h"
#include "core/model/records.h"
#include "core/model/summary.h"
#include "core/store/store.h"

namespace copybench {

template <typename T>
struct Page {
  std::vector<T> items;
  std::optional<int64_t> next;  // the id to pass as the next call's `after`; none on the last page
};

// A run's profile, and whose it is.
struct ProfileRow {
  RunId run_id = 0;
  Configuration configuration;
  RunProfile profile;  // its stacks are empty in lists
  std::vector<RunFlag> flags;
  std::optional<std::string> damage;  // why its row cannot be read; then the report may be null
};

// An unfinished experiment's share of the queue.
struct QueuedExperiment {
  ExperimentId id = 0;
  Nanoseconds run{};  // warm-up and window of each of its runs
  int64_t runs_left = 0;
  int64_t runs_left_at_most = 0;  // with those that may follow from results
};

// How many there are of what was measured here, for an overview.
struct StoreCounts {
  std::map<ExperimentState, int64_t> experiments;  // all states
  RunCounts runs;                                  // of all experiments together
  int64_t runs_running = 0;
};

// Rows for an export; see transfer.h.
struct ExportedExperiment {
  ExperimentRecord record;
  Json row;
  std::vector<Json> circumstances;
  std::vector<uint32_t> finished_as;  // of each run, in the order of id: its place among those that ended, from 1
  int64_t schema = 0;
};
struct ExportedRun {
  RunId id = 0;
  Json row;
};

// What an experiment measured of one configuration: one figure of its completed runs that have it.
struct HistoryValues {
  ExperimentId experiment_id = 0;
  std::vector<double> values;  // in the order of run id; at least one
  int64_t flagged = 0;         // of these runs
};

// One connection. Used by one thread at a time; obtained from ReaderPool.
class Reader {
 public:
  virtual ~Reader() = default;

  // Newest first: ids below `before`, or from the newest where it is none; with that tag, or all where it is none. A page of
  // large specs ends before the limit.
  virtual StoreResult<Page<ExperimentRecord>> experiments(std::optional<ExperimentId> before, int64_t limit,
                                                          const std::optional<std::string>& tag = std::nullopt) = 0;
  virtual StoreResult<ExperimentRecord> experiment(ExperimentId id) = 0;  // not_found
  // The unfinished experiments, in the order in which they are measured. Reads an index alone.
  virtual StoreResult<std::vector<QueuedExperiment>> queue() = 0;
  // What it was measured under, in order of time: more than one entry where that changed. Empty where no run of it was
  // claimed yet, or by a version that did not gather them. not_found
  virtual StoreResult<std::vector<RecordedCircumstances>> circumstances(ExperimentId id) = 0;
  // In the order in which they were taken. not_found
  virtual StoreResult<std::vector<CalibrationRecord>> calibrations(ExperimentId id) = 0;
  // The run that is running now, of any experiment.
  virtual StoreResult<std::optional<RunRow>> running_run() = 0;

  virtual StoreResult<StoreCounts> counts() = 0;
  // Of each engine that has completed a run here: the last one.
  virtual StoreResult<std::vector<RunRow>> last_completed_runs() = 0;

  // In the order of run id: ids above `after`. not_found where the experiment does not exist.
  virtual StoreResult<Page<RunRow>> runs(ExperimentId id, std::optional<RunId> after, int64_t limit) = 0;
  // Runs of the experiment that ended with a finish_sequence above `after`, in that order, at most `limit`.
  virtual StoreResult<std::vector<RunRow>> runs_finished_after(ExperimentId id, int64_t after, int64_t limit) = 0;
  virtual StoreResult<RunRecord> run(RunId id) = 0;              // not_found
  virtual StoreResult<std::string> perf_raw(RunId id) = 0;       // not_found; empty where the run had no perf
  virtual StoreResult<ProfileRow> profile(RunId id) = 0;  // not_found: no such run, or it has no profile
  virtual StoreResult<std::vector<ProfileRow>> profiles(ExperimentId id) = 0;  // in the order of the run's id
  // Measured, as they ended, no interrupted ones.
  virtual StoreResult<std::vector<SummaryInput>> summary_input(ExperimentId id) = 0;
  // The same runs in the same order, without what they measured; and that of some of them, in the order given, up to the first
  // one that is gone.
  virtual StoreResult<std::vector<EndedRun>> ended_runs(ExperimentId id) = 0;
  virtual StoreResult<std::vector<SummaryInput>> summary_input_of(std::span<const RunId> runs) = 0;
  virtual StoreResult<ExportedExperiment> exported_experiment(ExperimentId id) = 0;  // not_found, conflict: not ended
  // The runs with ids above `after`, in their order: as many as there are of `finished_as`, which is theirs.
  virtual StoreResult<std::vector<ExportedRun>> exported_runs(ExperimentId id, RunId after,
                                                              std::span<const uint32_t> finished_as) = 0;
  // Of the newest `experiments` experiments that completed runs of the configuration, oldest first; fewer where these have
  // more than `values` values together.
  virtual StoreResult<std::vector<HistoryValues>> history(const Configuration& configuration, const FigureColumn& figure,
                                                          size_t experiments, size_t values) = 0;
};

// Threads: lease() may be called from any thread; it waits while all connections are out. A Lease gives its reader
// back at destruction and must not outlive the pool.
class ReaderPool {
 public:
  static StoreResult<std::unique_ptr<ReaderPool>> open(const std::filesystem::path& database, size_t connections);
  ~ReaderPool();

  using Lease = std::unique_ptr<Reader, std::function<void(Reader*)>>;
  Lease lease();

  // What the last read that found the file damaged has said; none where none did. It stays: a person has to look.
  std::optional<StoreError> damage() const;

 private:
  class Impl;
  explicit ReaderPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
