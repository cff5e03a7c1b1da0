// A pool of read-only connections to the database. A read never waits for a run or for a writer (WAL).
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
  std::optional<int64_t> next;  // the id for the next call's `after` or `before`; none on the last page
};

// A run's profile, with the run's id and configuration.
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
  Nanoseconds run{};  // warm-up and window of each run
  int64_t runs_left = 0;
  int64_t runs_left_at_most = 0;  // including the runs that results may add
};

// Counts of what was measured here, for an overview.
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
  std::vector<uint32_t> finished_as;  // of each run, in the order of id: its place in the order of ends, from 1
  int64_t schema = 0;
};
struct ExportedRun {
  RunId id = 0;
  Json row;
};

// One figure of one configuration in one experiment: the values of its completed runs that have the figure.
struct HistoryValues {
  ExperimentId experiment_id = 0;
  std::vector<double> values;  // in the order of run id; at least one
  int64_t flagged = 0;         // how many of these runs have flags
};

// One connection. Used by one thread at a time; obtained from ReaderPool.
class Reader {
 public:
  virtual ~Reader() = default;

  // Newest first: ids below `before`, or all if it is none; with that tag, or all if it is none. A page of large specs ends
  // before the limit.
  virtual StoreResult<Page<ExperimentRecord>> experiments(std::optional<ExperimentId> before, int64_t limit,
                                                          const std::optional<std::string>& tag = std::nullopt) = 0;
  virtual StoreResult<ExperimentRecord> experiment(ExperimentId id) = 0;  // not_found
  // The unfinished experiments, in the order in which they are measured. Reads only an index.
  virtual StoreResult<std::vector<QueuedExperiment>> queue() = 0;
  // The circumstances of its measurement, in order of time; more than one entry if they changed. Empty if no run was
  // claimed yet, or only by a version that did not gather them. not_found
  virtual StoreResult<std::vector<RecordedCircumstances>> circumstances(ExperimentId id) = 0;
  // In the order in which they were taken. not_found
  virtual StoreResult<std::vector<CalibrationRecord>> calibrations(ExperimentId id) = 0;
  // The run that is running now, of any experiment.
  virtual StoreResult<std::optional<RunRow>> running_run() = 0;

  virtual StoreResult<StoreCounts> counts() = 0;
  // The last completed run of each engine that has completed one here.
  virtual StoreResult<std::vector<RunRow>> last_completed_runs() = 0;

  // Runs with ids above `after`, in the order of id. not_found: the experiment does not exist.
  virtual StoreResult<Page<RunRow>> runs(ExperimentId id, std::optional<RunId> after, int64_t limit) = 0;
  // Runs of the experiment with a finish_sequence above `after`, in that order, at most `limit`.
  virtual StoreResult<std::vector<RunRow>> runs_finished_after(ExperimentId id, int64_t after, int64_t limit) = 0;
  virtual StoreResult<RunRecord> run(RunId id) = 0;              // not_found
  virtual StoreResult<std::string> perf_raw(RunId id) = 0;       // not_found; empty if the run had no perf
  virtual StoreResult<ProfileRow> profile(RunId id) = 0;  // not_found: no such run, or it has no profile
  virtual StoreResult<std::vector<ProfileRow>> profiles(ExperimentId id) = 0;  // in the order of the run's id
  // Measured runs in the order in which they ended, without interrupted ones.
  virtual StoreResult<std::vector<SummaryInput>> summary_input(ExperimentId id) = 0;
  // ended_runs: the same runs in the same order, without their results. summary_input_of: the results of some runs, in the
  // order given, up to the first run that is gone.
  virtual StoreResult<std::vector<EndedRun>> ended_runs(ExperimentId id) = 0;
  virtual StoreResult<std::vector<SummaryInput>> summary_input_of(std::span<const RunId> runs) = 0;
  virtual StoreResult<ExportedExperiment> exported_experiment(ExperimentId id) = 0;  // not_found, conflict: not ended
  // Runs with ids above `after`, in the order of id: as many as `finished_as`, which is their part of the list, has
  // elements.
  virtual StoreResult<std::vector<ExportedRun>> exported_runs(ExperimentId id, RunId after,
                                                              std::span<const uint32_t> finished_as) = 0;
  // Values of the newest `experiments` experiments that completed runs of the configuration, oldest first. Fewer
  // experiments if these have more than `values` values together.
  virtual StoreResult<std::vector<HistoryValues>> history(const Configuration& configuration, const FigureColumn& figure,
                                                          size_t experiments, size_t values) = 0;
};

// Threads: lease() may be called from any thread; it waits while all connections are leased. A Lease returns its reader at
// destruction and must not outlive the pool.
class ReaderPool {
 public:
  static StoreResult<std::unique_ptr<ReaderPool>> open(const std::filesystem::path& database, size_t connections);
  ~ReaderPool();

  using Lease = std::unique_ptr<Reader, std::function<void(Reader*)>>;
  Lease lease();

  // The error of the last read that found the file damaged; none if no read did. It stays: a person has to look.
  std::optional<StoreError> damage() const;

 private:
  class Impl;
  explicit ReaderPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
