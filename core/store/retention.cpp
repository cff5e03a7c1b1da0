#include "core/store/retention.h"

#include <fmt/format.h>

#include "core/database/space.h"

namespace copybench {
namespace {

struct Candidate {
  RemovedExperiment experiment;
  int64_t ended_at_ms = 0;
};

std::optional<Candidate> oldest_candidate(DatabaseConnection& connection) {
  Query query(connection,
              "SELECT id, CASE WHEN json_valid(spec_json) THEN json_extract(spec_json, '$.name') END, "
              "COALESCE(imported_at_ms, finished_at_ms, created_at_ms) AS ended_at_ms, runs_total FROM experiments "
              "WHERE pinned = 0 AND state NOT IN ('queued', 'running') ORDER BY ended_at_ms, id LIMIT 1");
  if (!query.step()) return std::nullopt;
  Candidate oldest;
  oldest.experiment.id = query.integer(0);
  oldest.experiment.name = query.text(1);
  oldest.ended_at_ms = query.integer(2);
  oldest.experiment.ended_at = UtcTime(std::chrono::milliseconds(oldest.ended_at_ms));
  oldest.experiment.runs = query.integer(3);
  return oldest;
}

}  // namespace

std::optional<RemovedExperiment> remove_expired_experiment(DatabaseConnection& connection, const RetentionPolicy& policy,
                                                           UtcTime now) {
  auto oldest = oldest_candidate(connection);
  if (!oldest) return std::nullopt;
  RemovedExperiment& removed = oldest->experiment;
  if (policy.age && removed.ended_at < now - *policy.age) {
    removed.why = fmt::format("older than {} days", policy.age->count());
  } else if (const int64_t used = used_bytes(connection); policy.bytes && used > *policy.bytes) {
    removed.why = fmt::format("the data took {} bytes, {} are allowed", used, *policy.bytes);
  } else {
    return std::nullopt;
  }
  Query(connection, "DELETE FROM experiments WHERE id = ?").bind(removed.id).run();
  return removed;
}

StoreResult<std::optional<UtcTime>> find_last_trusted_time(DatabaseConnection& connection) {
  Query query(connection,
              "SELECT COALESCE((SELECT last FROM sequences WHERE name = 'believed_time_ms'), "
              "(SELECT max(max(created_at_ms, COALESCE(finished_at_ms, 0))) FROM experiments WHERE origin_json IS NULL))");
  if (!query.step() || query.is_null(0)) return std::nullopt;
  return UtcTime(std::chrono::milliseconds(query.integer(0)));
}

void note_last_trusted_time(DatabaseConnection& connection, UtcTime time) {
  Query(connection,
        "INSERT INTO sequences (name, last) VALUES ('believed_time_ms', ?) ON CONFLICT (name) DO UPDATE SET last = "
        "excluded.last")
      .bind(time.time_since_epoch().count())
      .run();
}

}  // namespace copybench
