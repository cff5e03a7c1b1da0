// Answers that were given under clients' Idempotency-Keys, kept for 7 days. The functions are parts of a transaction, as in
// run_queue.h.
#pragma once

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

// conflict: the key was used for another request.
StoreResult<std::optional<StoredAnswer>> find_stored_answer(DatabaseConnection& connection, const IdempotencyKey& key,
                                                            UtcTime now);

// Deletes every answer that is too old, so that its key is free again. conflict: the key is taken.
StoreResult<void> reserve_key(DatabaseConnection& connection, const IdempotencyKey& key, UtcTime now);

void insert_answer(DatabaseConnection& connection, const IdempotencyKey& key, const StoredAnswer& answer, UtcTime now);

}  // namespace copybench
