// Removes experiments automatically, oldest first.
//
// Never removes an experiment that is pinned or has not ended. The functions are parts of a transaction, as in run_queue.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

// Removes the oldest experiment that the policy releases, with its runs; none if there is none. An imported experiment is
// as old as its import.
std::optional<RemovedExperiment> remove_expired_experiment(DatabaseConnection& connection, const RetentionPolicy& policy,
                                                           UtcTime now);

// Reads and writes the last time at which the clock was trusted; see Store::last_trusted_time().
StoreResult<std::optional<UtcTime>> find_last_trusted_time(DatabaseConnection& connection);
void note_last_trusted_time(DatabaseConnection& connection, UtcTime time);

}  // namespace copybench
