#include "core/transfer/export_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/database/row_json.h"
#include "core/store/calibrations.h"
#include "core/store/rows.h"
#include "core/store/run_queue.h"
#include "core/store/schema.h"
#include "core/transfer/columns.h"

namespace copybench {
namespace {

using Kind = StoreError::Kind;

std::vector<RunId> run_ids(DatabaseConnection& connection, ExperimentId id, const char* which) {
  std::vector<RunId> ids;
  Query query(connection, fmt::format("SELECT id FROM runs WHERE experiment_id = ? {}", which));
  query.bind(id);
  while (query.step()) ids.push_back(query.integer(0));
  return ids;
}

// Computed once for all runs of an experiment, because the place of one depends on all. Reads only indexes.
std::vector<uint32_t> places_of_runs(DatabaseConnection& connection, ExperimentId id) {
  const auto ids = run_ids(connection, id, "ORDER BY id");
  const auto ended = run_ids(connection, id, "AND finish_sequence > 0 ORDER BY finish_sequence");
  std::vector<uint32_t> places(ids.size());
  auto place = static_cast<uint32_t>(ids.size() - std::min(ended.size(), ids.size()));
  for (const RunId run : ended) {
    const auto found = std::lower_bound(ids.begin(), ids.end(), run);
    if (found != ids.end() && *found == run) places[static_cast<size_t>(found - ids.begin())] = ++place;
  }
  // Damaged rows that have not ended come before those that have.
  uint32_t first = 0;
  for (uint32_t& one : places) {
    if (one == 0) one = ++first;
  }
  return places;
}

}  // namespace

StoreResult<ExportedExperiment> export_experiment(DatabaseConnection& connection, ExperimentId id) {
  auto record = find_experiment(connection, id);
  if (!record) return tl::unexpected(record.error());
  if (record->damage) {
    return tl::unexpected(damaged_row(fmt::format("Experiment {} is damaged: {}", id, *record->damage)));
  }
  if (!is_final(record->state)) {
    return tl::unexpected(
        StoreError{Kind::conflict, fmt::format("Experiment {} is {}. It can be exported when it has ended.", id,
                                               name_of(record->state))});
  }
  const TransferColumns columns(connection);
  ExportedExperiment exported;
  exported.schema = schema_version();
  {
    Query query(connection, fmt::format("SELECT {} FROM experiments WHERE id = ?", joined_names(columns.experiments)));
    query.bind(id).step();
    put_row(exported.row, query, 0, columns.experiments);
  }
  exported.finished_as = places_of_runs(connection, id);
  Query query(connection, fmt::format("SELECT (SELECT count(*) FROM runs WHERE runs.experiment_id = circumstances.experiment_id "
                                      "AND runs.id <= from_run), {} FROM circumstances WHERE experiment_id = ? ORDER BY "
                                      "gathered_at_ms, from_run", joined_names(columns.circumstances)));
  query.bind(id);
  while (query.step()) {
    Json row;
    row["from_run"] = query.integer(0);
    put_row(row, query, 1, columns.circumstances);
    exported.circumstances.push_back(std::move(row));
  }
  exported.record = std::move(*record);
  return exported;
}

std::vector<ExportedRun> export_runs(DatabaseConnection& connection, ExperimentId id, RunId after,
                                     std::span<const uint32_t> finished_as) {
  const TransferColumns columns(connection);
  std::string selected = joined_names(columns.runs, "runs.");
  std::string joins;
  for (const RunTable& table : columns.run_tables) {
    selected += ", " + joined_names(table.columns, table.name + ".");
    joins += fmt::format(" LEFT JOIN {0} ON {0}.run_id = runs.id", table.name);
  }
  Query query(connection, fmt::format("SELECT runs.id, {} FROM runs{} WHERE runs.experiment_id = ? AND runs.id > ? "
                                      "ORDER BY runs.id LIMIT ?",
                                      selected, joins));
  query.bind(id).bind(after).bind(static_cast<int64_t>(finished_as.size()));
  std::vector<ExportedRun> runs;
  while (query.step()) {
    ExportedRun run;
    run.id = query.integer(0);
    run.row["finished_as"] = int64_t{finished_as[runs.size()]};
    int at = 1;
    put_row(run.row, query, at, columns.runs);
    at += static_cast<int>(columns.runs.size());
    for (const RunTable& table : columns.run_tables) {
      put_row(run.row, query, at, table.columns);
      at += static_cast<int>(table.columns.size());
    }
    run.row["calibrations"] = to_json(read_calibrations_of_run(connection, id, run.id));
    runs.push_back(std::move(run));
  }
  return runs;
}

StoreResult<ExportedExperiment> export_experiment(Reader& reader, ExperimentId id) {
  StoreResult<ExportedExperiment> exported;
  auto done = reader.read([&](DatabaseConnection& connection) { exported = export_experiment(connection, id); });
  if (!done) return tl::unexpected(std::move(done.error()));
  return exported;
}

StoreResult<std::vector<ExportedRun>> export_runs(Reader& reader, ExperimentId id, RunId after,
                                                  std::span<const uint32_t> finished_as) {
  std::vector<ExportedRun> runs;
  auto done = reader.read([&](DatabaseConnection& connection) { runs = export_runs(connection, id, after, finished_as); });
  if (!done) return tl::unexpected(std::move(done.error()));
  return runs;
}

}  // namespace copybench
