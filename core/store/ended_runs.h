// The run results from which an experiment's summary and its further runs are computed. Part of an attempt, in a reader or
// in a write transaction.
#pragma once

#include <span>
#include <vector>

#include "core/database/connection.h"
#include "core/model/records.h"
#include "core/store/values.h"

namespace copybench {

// In the order in which they ended, without interrupted runs and profile runs.
std::vector<SummaryInput> ended_runs(DatabaseConnection& connection, ExperimentId id);
// The same runs in the same order, without their results.
std::vector<EndedRun> ended_run_ids(DatabaseConnection& connection, ExperimentId id);
// The results of these runs, in the order given, up to the first run that is gone.
std::vector<SummaryInput> summary_input_of(DatabaseConnection& connection, std::span<const RunId> runs);

}  // namespace copybench
