// What an experiment's figures are summed up from, for its summary and for what it still needs. Part of an attempt, of a
// reader's or of a write transaction.
#pragma once

#include <span>
#include <vector>

#include "core/model/records.h"
#include "core/store/database_connection.h"

namespace copybench {

// In the order of their ends, without interrupted ones and profiles.
std::vector<SummaryInput> ended_runs(DatabaseConnection& connection, ExperimentId id);
// The same runs in the same order, without what they measured.
std::vector<EndedRun> ended_run_ids(DatabaseConnection& connection, ExperimentId id);
// What these runs measured, in the order given, up to the first one that is gone.
std::vector<SummaryInput> summary_input_of(DatabaseConnection& connection, std::span<const RunId> runs);

}  // namespace copybench
