#include "core/store/circumstances.h"

#include <fmt/format.h>

#include "core/base/json_text.h"
#include "core/model/stored_shapes.h"
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
  constexpr size_t kMostBytes = 64 << 20;
  size_t bytes = 0;
  std::vector<RecordedCircumstances> all;
  while (query.step()) {
    const auto damaged = [&](std::string_view why) {
      throw_damaged_row(fmt::format("The circumstances of experiment {} are damaged: {}", experiment, why));
    };
    bytes += query.text(2).size();
    if (bytes > kMostBytes) damaged("they are too long to be read");
    const auto json = parse_json(query.text(2), StoredLimits::kMaxFactsBytes);
    auto facts = json ? circumstances_from_json(*json) : Result<Circumstances>(fail("they are no JSON, or too long"));
    const auto at = time_from_json(query.integer(1));
    if (!facts || !at) damaged(facts ? "their time is none" : facts.error().message);
    all.push_back({query.integer(0), *at, std::move(*facts)});
  }
  return all;
}

}  // namespace copybench
