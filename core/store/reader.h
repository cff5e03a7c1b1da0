// Reads of the database. A read never waits for a run or for a writer (WAL).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/database/error.h"
#include "core/model/records.h"
#include "core/store/values.h"

namespace copybench {

class DatabaseConnection;

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
  // Runs `work` with the connection, inside DatabaseConnection::attempt, and returns its error; for core/transfer.
  virtual StoreResult<void> read(const std::function<void(DatabaseConnection&)>& work) = 0;
  // Values of the newest `experiments` experiments that completed runs of the configuration, oldest first. Fewer
  // experiments if these have more than `values` values together.
  virtual StoreResult<std::vector<HistoryValues>> history(const Configuration& configuration, const FigureColumn& figure,
                                                          size_t experiments, size_t values) = 0;
};

}  // namespace copybench
