// Arguments and results of the store beside the records of the model. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/calibration.h"
#include "core/model/profile.h"
#include "core/model/records.h"

namespace copybench {

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

// One figure of one configuration in one experiment: the values of its completed runs that have the figure.
struct HistoryValues {
  ExperimentId experiment_id = 0;
  std::vector<double> values;  // in the order of run id; at least one
  int64_t flagged = 0;         // how many of these runs have flags
};

}  // namespace copybench
