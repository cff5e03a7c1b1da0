// Removes experiments automatically, oldest first, and gives their space back to the file system.
//
// Never removes an experiment that is pinned or has not ended. The functions are parts of a transaction, as in run_queue.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/store/database_connection.h"

namespace copybench {

// Removes the oldest experiment that the policy releases, with its runs; none if there is none. An imported experiment is
// as old as its import.
std::optional<RemovedExperiment> remove_expired_experiment(DatabaseConnection& connection, const RetentionPolicy& policy,
                                                           UtcTime now);

// Reads and writes the last time at which the clock was trusted; see Store::last_trusted_time().
StoreResult<std::optional<UtcTime>> find_last_trusted_time(DatabaseConnection& connection);
void note_last_trusted_time(DatabaseConnection& connection, UtcTime time);

// Bytes of the database in use.
int64_t used_bytes(DatabaseConnection& connection);

// Shortens the file by some of its free pages; false if none is left. Requires a database that was created or converted for
// this.
constexpr int64_t kPagesGivenBackAtOnce = 2000;  // 8 MB: some 10 ms, and a short log
bool give_back_pages(DatabaseConnection& connection, int64_t at_most = kPagesGivenBackAtOnce);

// Whether pages can be given back; if not, convert_to_give_back() rewrites the whole file, outside any transaction.
bool can_give_back(DatabaseConnection& connection);
void convert_to_give_back(DatabaseConnection& connection);

}  // namespace copybench
