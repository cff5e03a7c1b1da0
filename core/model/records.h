// Rows as the store keeps them and the API serves them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/model/annotations.h"
#include "core/model/circumstances.h"
#include "core/model/figures.h"
#include "core/model/names.h"
#include "core/model/origin.h"
#include "core/model/run_flag.h"
#include "core/model/spec.h"

namespace copybench {

using ExperimentId = int64_t;
using RunId = int64_t;

struct RunCounts {
  int64_t total = 0;      // runs planned so far; a run measured again after an interruption counts once
  int64_t at_most = 0;    // runs there can be: more than total while further ones may follow from results
  int64_t completed = 0;
  int64_t failed = 0;     // failed and timed_out
  int64_t cancelled = 0;
  int64_t interrupted = 0;  // attempts that were interrupted; each is measured again, so they are not part of total

  int64_t done() const { return completed + failed + cancelled; }
};

struct ExperimentRecord {
  ExperimentId id = 0;
  ExperimentState state = ExperimentState::queued;
  ExperimentSpec spec;
  Annotations annotations;
  UtcTime created_at;
  std::optional<UtcTime> started_at;
  std::optional<UtcTime> finished_at;
  std::optional<std::string> reason;  // why it failed
  RunCounts runs;
  std::string findings_json;  // Advice::findings as JSON text; "{}" if no run depends on results
  std::optional<Origin> origin;  // of an imported experiment; none: measured here
  // Why its row cannot be read. Then the spec is empty, like everything else unreadable, and nothing of it is measured.
  std::optional<std::string> damage;
};

// The circumstances of an experiment, from the run that was claimed then until the next entry.
struct RecordedCircumstances {
  RunId from_run = 0;
  UtcTime gathered_at;
  Circumstances facts;
};

// A run without its evidence, for lists and CSV.
struct RunRow {
  RunId id = 0;
  ExperimentId experiment_id = 0;
  PlannedRun planned;
  RunState state = RunState::queued;
  int64_t finish_sequence = 0;  // grows over all runs in the order they ended; 0 until then
  std::optional<UtcTime> started_at;
  std::optional<UtcTime> finished_at;
  std::optional<std::string> reason;  // for every state but queued, running and completed
  RunFigures figures;
  std::vector<RunFlag> flags;
  std::string counters_json;  // the evidence's counters as JSON text: an array; empty without counters
  std::optional<std::string> damage;  // why its row cannot be read; it then counts as failed, without figures
};

struct RunRecord : RunRow {
  std::string evidence_json;  // RunEvidence as JSON text; "{}" before the run ended
};

// A run that ended, with its configuration.
struct EndedRun {
  RunId id = 0;
  Configuration configuration;
};

// A run that ended, as input of a summary.
struct SummaryInput {
  RunId id = 0;
  PlannedRun planned;
  RunState state{};
  RunFigures figures;
  bool flagged = false;  // it completed, and its figures are doubtful
};

}  // namespace copybench
