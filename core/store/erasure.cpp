#include "core/store/erasure.h"

#include <fmt/format.h>

#include "core/store/rows.h"
#include "core/store/run_queue.h"

namespace copybench {
namespace {

constexpr int kRunsAtOnce = 16;  // some 200 KiB of log, however much data they have

// The mark is a row in the table of sequences, so that no new schema is needed. Its name ends in the experiment's id.
constexpr std::string_view kMark = "erasing_";

StoreResult<ExperimentRecord> erasable(DatabaseConnection& connection, ExperimentId id) {
  auto experiment = find_experiment(connection, id);
  if (!experiment) return experiment;
  if (experiment->annotations.pinned) {
    return tl::unexpected(StoreError{StoreError::Kind::conflict,
                                     fmt::format("Experiment {} is pinned. Unpin it first, then delete it.", id)});
  }
  if (experiment->state == ExperimentState::running) {
    return tl::unexpected(StoreError{StoreError::Kind::conflict,
                                     fmt::format("Experiment {} is running. Cancel it first, then delete it.", id)});
  }
  return experiment;
}

}  // namespace

StoreResult<void> erase_experiment(DatabaseConnection& connection, ExperimentId id) {
  if (auto experiment = erasable(connection, id); !experiment) return tl::unexpected(experiment.error());
  Query(connection, "DELETE FROM experiments WHERE id = ?").bind(id).run();
  Query(connection, "DELETE FROM sequences WHERE name = ?").bind(fmt::format("{}{}", kMark, id)).run();
  return {};
}

StoreResult<void> begin_erasure(DatabaseConnection& connection, ExperimentId id, UtcTime now) {
  const auto experiment = erasable(connection, id);
  if (!experiment) return tl::unexpected(experiment.error());
  Query(connection, "INSERT INTO sequences (name, last) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
      .bind(fmt::format("{}{}", kMark, id))
      .bind(id)
      .run();
  if (is_final(experiment->state)) return {};
  Query(connection,
        "UPDATE experiments SET state = 'cancelled', cancel_requested = 1, finished_at_ms = MAX(?, created_at_ms) WHERE id = ?")
      .bind(to_milliseconds(now))
      .bind(id)
      .run();
  return {};
}

bool erase_piece(DatabaseConnection& connection, ExperimentId id) {
  const int64_t before = connection.total_changes();
  Query(connection, "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE experiment_id = ? LIMIT ?)")
      .bind(id)
      .bind(int64_t{kRunsAtOnce})
      .run();
  if (connection.total_changes() != before) return true;
  Query(connection, "DELETE FROM experiments WHERE id = ?").bind(id).run();
  Query(connection, "DELETE FROM sequences WHERE name = ?").bind(fmt::format("{}{}", kMark, id)).run();
  return false;
}

std::vector<ExperimentId> begun_erasures(DatabaseConnection& connection) {
  std::vector<ExperimentId> begun;
  Query query(connection, "SELECT last FROM sequences WHERE name GLOB ? ORDER BY last");
  query.bind(fmt::format("{}*", kMark));
  while (query.step()) begun.push_back(query.integer(0));
  return begun;
}

std::optional<StoreError> being_erased(DatabaseConnection& connection, ExperimentId id) {
  Query query(connection, "SELECT 1 FROM sequences WHERE name = ?");
  if (!query.bind(fmt::format("{}{}", kMark, id)).step()) return std::nullopt;
  return StoreError{StoreError::Kind::conflict, fmt::format("Experiment {} is being deleted.", id)};
}

}  // namespace copybench
