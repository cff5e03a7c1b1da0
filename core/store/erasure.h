// How an experiment is deleted, with its runs and all they have left. Each function is a part of a write transaction, as in
// transitions.h.
//
// In one transaction, where there is room for its log. Where there is not, in pieces: the experiment is marked, so that it is
// measured no further and that the next start completes what was cut off; then its runs go, some at a time, and itself last.
#pragma once

#include <optional>
#include <vector>

#include "core/store/database_connection.h"

namespace copybench {

// not_found; conflict while it is pinned or running
StoreResult<void> erase_experiment(DatabaseConnection& connection, ExperimentId id);

// The same errors.
StoreResult<void> begin_erasure(DatabaseConnection& connection, ExperimentId id, UtcTime now);
// Of an experiment that was marked. True: there is more of it.
bool erase_piece(DatabaseConnection& connection, ExperimentId id);
std::vector<ExperimentId> begun_erasures(DatabaseConnection& connection);
// conflict: it was marked, and can be kept no more.
std::optional<StoreError> being_erased(DatabaseConnection& connection, ExperimentId id);

}  // namespace copybench
