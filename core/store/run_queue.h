// The state machine of experiments and runs, as statements. Each function is a part of a write transaction: it is
// called inside DatabaseConnection::attempt, and what it returns as an error is rolled back by the caller.
//
// run: queued -> running -> completed | failed | timed_out | cancelled | interrupted; queued -> cancelled.
// experiment: queued -> running -> completed | failed | cancelled; queued -> cancelled.
#pragma once

#include <optional>
#include <vector>

#include "core/model/outcome.h"
#include "core/model/plan.h"
#include "core/store/database_connection.h"

namespace copybench {

ExperimentId insert_experiment(DatabaseConnection& connection, const Plan& plan, UtcTime now);

// not_found
StoreResult<ExperimentRecord> find_experiment(DatabaseConnection& connection, ExperimentId id);

// Takes so many numbers of the order in which runs end; returns the last one before them.
int64_t take_finish_sequences(DatabaseConnection& connection, int64_t count);

// The next run of the oldest unfinished experiment becomes running; none where that has no queued run.
std::optional<ClaimedRun> claim_run(DatabaseConnection& connection, UtcTime now);

// not_found; conflict where the run is not running. A run that was interrupted is queued again at its position, but in
// an experiment whose cancellation was asked for it counts as cancelled. Where this was the last run planned, what its
// experiment needs further (adaptive.h) is queued; where that is nothing, the experiment ends.
StoreResult<void> end_run(DatabaseConnection& connection, RunId run, const RunResult& result, UtcTime now);

// Experiments that are queued or running.
int64_t count_unfinished(DatabaseConnection& connection);

std::vector<RunId> running_runs(DatabaseConnection& connection);

// Cancels what is queued, and the experiment where no run of it is running. Changes nothing where it is final.
void cancel_queued(DatabaseConnection& connection, const ExperimentRecord& experiment, UtcTime now);

// not_found
StoreResult<ExperimentRecord> annotate_experiment(DatabaseConnection& connection, ExperimentId id,
                                                  const AnnotationChange& change);

}  // namespace copybench
