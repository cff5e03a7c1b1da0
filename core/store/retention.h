// What is removed by itself, oldest first, and how its room is given back to the file system.
//
// Never removed: what is pinned, and what has not ended. Parts of a transaction, as in transitions.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/store/database_connection.h"

namespace copybench {

// An imported experiment is as old as its import. Removes the oldest experiment that the policy lets go, with its runs; none where there is none.
std::optional<RemovedExperiment> remove_expired_experiment(DatabaseConnection& connection, const RetentionPolicy& policy,
                                                           UtcTime now);

// Up to when the clock was right, and that it was until now; see Store::believed_time().
StoreResult<std::optional<UtcTime>> find_believed_time(DatabaseConnection& connection);
void note_believed_time(DatabaseConnection& connection, UtcTime time);

// Bytes of the database that hold something.
int64_t used_bytes(DatabaseConnection& connection);

// Makes the file shorter by some of its free pages; false where none is left. Works on a database that was
// made so, or converted.
constexpr int64_t kPagesGivenBackAtOnce = 2000;  // 8 MB: some 10 ms, and a short log
bool give_back_pages(DatabaseConnection& connection, int64_t at_most = kPagesGivenBackAtOnce);

// Whether pages can be given back; if not, convert_to_give_back() rewrites the whole file, outside any transaction.
bool can_give_back(DatabaseConnection& connection);
void convert_to_give_back(DatabaseConnection& connection);

}  // namespace copybench
