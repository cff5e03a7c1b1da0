// Deletes an experiment with its runs and all their data. Each function is a part of a write transaction, as in
// run_queue.h.
//
// One transaction deletes everything if there is room for its log. Otherwise the deletion goes in pieces: the experiment is
// marked, so that it is measured no further and the next start completes an interrupted deletion. Then its runs are
// deleted, some at a time, and the experiment last.
#pragma once

#include <optional>
#include <vector>

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

// not_found; conflict: it is pinned or running
StoreResult<void> erase_experiment(DatabaseConnection& connection, ExperimentId id);

// The same errors.
StoreResult<void> begin_erasure(DatabaseConnection& connection, ExperimentId id, UtcTime now);
// Deletes a piece of a marked experiment. True: more of it is left.
bool erase_piece(DatabaseConnection& connection, ExperimentId id);
std::vector<ExperimentId> begun_erasures(DatabaseConnection& connection);
// conflict: the experiment is marked and can no longer be kept.
std::optional<StoreError> being_erased(DatabaseConnection& connection, ExperimentId id);

}  // namespace copybench
