#include "core/store/circumstances.h"

#include "core/store/rows.h"

namespace copybench {

void record_circumstances(DatabaseConnection& connection, const ClaimedRun& run, const Circumstances& facts, UtcTime now) {
  const std::string text = to_json(facts).dump(-1, ' ', false, Json::error_handler_t::replace);
  {
    Query last(connection,
               "SELECT facts_json FROM circumstances WHERE experiment_id = ? ORDER BY gathered_at_ms DESC, from_run DESC "
               "LIMIT 1");
    if (last.bind(run.experiment_id).step() && last.text(0) == text) return;
  }
  Query(connection, "INSERT INTO circumstances (experiment_id, from_run, gathered_at_ms, facts_json) VALUES (?, ?, ?, ?)")
      .bind(run.experiment_id)
      .bind(run.id)
      .bind(to_milliseconds(now))
      .bind(text)
      .run();
}

std::vector<RecordedCircumstances> read_circumstances(DatabaseConnection& connection, ExperimentId experiment) {
  Query query(connection,
              "SELECT from_run, gathered_at_ms, facts_json FROM circumstances WHERE experiment_id = ? "
              "ORDER BY gathered_at_ms, from_run");
  query.bind(experiment);
  std::vector<RecordedCircumstances> all;
  while (query.step()) {
    auto facts = circumstances_from_json(Json::parse(query.text(2), nullptr, /*allow_exceptions=*/false));
    if (!facts) throw_damaged(facts.error().message);
    all.push_back({query.integer(0), UtcTime(std::chrono::milliseconds(query.integer(1))), std::move(*facts)});
  }
  return all;
}

}  // namespace copybench
