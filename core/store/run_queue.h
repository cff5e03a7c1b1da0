// The state machine of experiments and runs, as SQL statements. Each function is a part of a write transaction: it is
// called inside DatabaseConnection::attempt, and the caller rolls back if it returns an error.
//
// run: queued -> running -> completed | failed | timed_out | cancelled | interrupted; queued -> cancelled.
// experiment: queued -> running -> completed | failed | cancelled; queued -> cancelled.
#pragma once

#include <optional>
#include <vector>

#include "core/database/connection.h"
#include "core/model/advice.h"
#include "core/model/outcome.h"
#include "core/model/plan.h"
#include "core/store/values.h"

namespace copybench {

ExperimentId insert_experiment(DatabaseConnection& connection, const Plan& plan, const Advise& advise, UtcTime now);

// not_found
StoreResult<ExperimentRecord> find_experiment(DatabaseConnection& connection, ExperimentId id);

// Reserves `count` numbers in the order in which runs end. Returns the last number before them.
int64_t take_finish_sequences(DatabaseConnection& connection, int64_t count);

// Sets the next run of the oldest unfinished experiment to running; none if that experiment has no queued run.
std::optional<ClaimedRun> claim_run(DatabaseConnection& connection, UtcTime now);

// not_found; conflict: the run is not running. An interrupted run is queued again at its position. If the cancellation of
// its experiment was requested, it counts as cancelled instead. After the last planned run, the runs that its experiment
// still needs (advice.h) are queued. If it needs none, the experiment ends.
StoreResult<void> end_run(DatabaseConnection& connection, RunId run, const RunResult& result, const Advise& advise,
                          UtcTime now);

// Experiments that are queued or running.
int64_t count_unfinished(DatabaseConnection& connection);

std::vector<RunId> running_runs(DatabaseConnection& connection);

// Cancels the queued runs, and the experiment if none of its runs is running. Changes nothing if the experiment is final.
void cancel_queued(DatabaseConnection& connection, const ExperimentRecord& experiment, UtcTime now);

// not_found
StoreResult<ExperimentRecord> annotate_experiment(DatabaseConnection& connection, ExperimentId id,
                                                  const AnnotationChange& change);

}  // namespace copybench
