#include "core/store/idempotency.h"

#include "core/store/rows.h"

namespace copybench {
namespace {

constexpr std::chrono::days kKept{7};

int64_t oldest_kept(UtcTime now) { return to_milliseconds(now - kKept); }

tl::unexpected<StoreError> conflict(std::string message) {
  return tl::unexpected(StoreError{StoreError::Kind::conflict, std::move(message)});
}

}  // namespace

StoreResult<std::optional<StoredAnswer>> find_stored_answer(DatabaseConnection& connection, const IdempotencyKey& key,
                                                            UtcTime now) {
  Query query(connection,
              "SELECT request_digest, experiment_id, body FROM idempotency_keys WHERE key = ? AND created_at_ms >= ?");
  if (!query.bind(key.key).bind(oldest_kept(now)).step()) return std::nullopt;
  if (query.text(0) != key.request_digest) {
    return conflict("This Idempotency-Key came with another request before. Use a new key for a new request.");
  }
  return StoredAnswer{query.integer(1), std::string(query.text(2))};
}

StoreResult<void> reserve_key(DatabaseConnection& connection, const IdempotencyKey& key, UtcTime now) {
  Query(connection, "DELETE FROM idempotency_keys WHERE created_at_ms < ?").bind(oldest_kept(now)).run();
  Query query(connection, "SELECT 1 FROM idempotency_keys WHERE key = ?");
  if (query.bind(key.key).step()) {
    return conflict("This Idempotency-Key was used by another request just now. Send the request again.");
  }
  return {};
}

void insert_answer(DatabaseConnection& connection, const IdempotencyKey& key, const StoredAnswer& answer, UtcTime now) {
  Query(connection,
        "INSERT INTO idempotency_keys (key, request_digest, experiment_id, body, created_at_ms) VALUES (?, ?, ?, ?, ?)")
      .bind(key.key)
      .bind(key.request_digest)
      .bind(answer.experiment_id)
      .bind(answer.body)
      .bind(to_milliseconds(now))
      .run();
}

}  // namespace copybench
