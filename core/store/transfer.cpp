#include "core/store/transfer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/store/calibrations.h"
#include "core/store/circumstances.h"
#include "core/store/erasure.h"
#include "core/store/import_problem.h"
#include "core/store/row_json.h"
#include "core/store/rows.h"
#include "core/store/run_queue.h"
#include "core/store/schema.h"
#include "core/store/transfer_columns.h"

namespace copybench {
namespace {

using std::string_view;
using Kind = StoreError::Kind;
using Columns = std::vector<Column>;

tl::unexpected<StoreError> invalid(const std::string& what) {
  return tl::unexpected(StoreError{Kind::invalid, "This is no experiment that copybench exported: " + what + "."});
}

std::string insert_sql(string_view table, string_view own_columns, const Columns& columns) {
  std::string marks = "?";
  const auto own = static_cast<size_t>(std::count(own_columns.begin(), own_columns.end(), ','));
  for (size_t i = 0; i < own + columns.size(); ++i) marks += ", ?";
  return fmt::format("INSERT INTO {} ({}{}{}) VALUES ({})", table, own_columns, columns.empty() ? "" : ", ",
                     joined_names(columns), marks);
}

ExperimentId insert_experiment_row(DatabaseConnection& connection, const ExportFile& file, const Columns& columns,
                                   UtcTime now) {
  Origin origin = file.origin;
  origin.imported_at = now;
  const Columns there = present(file.experiment, columns);
  Query query(connection, insert_sql("experiments", "origin_json, import_digest, imported_at_ms", there));
  query.bind(to_json(origin).dump()).bind(file.digest_of_runs).bind(to_milliseconds(now));
  bind_row(query, file.experiment, there);
  query.run();
  const ExperimentId id = connection.last_inserted_id();
  index_tags(connection, id);
  return id;
}

RunId insert_run_row(DatabaseConnection& connection, ExperimentId id, int64_t finish_sequence, const Json& row,
                     const TransferColumns& columns) {
  const Columns there = present(row, columns.runs);
  Query query(connection, insert_sql("runs", "experiment_id, finish_sequence", there));
  query.bind(id).bind(finish_sequence);
  bind_row(query, row, there);
  query.run();
  const RunId run = connection.last_inserted_id();
  for (const RunTable& table : columns.run_tables) {
    if (!table.in(row)) continue;
    Query part(connection, insert_sql(table.name, "run_id", table.columns));
    part.bind(run);
    bind_row(part, row, table.columns);
    part.run();
  }
  insert_calibrations(connection, id, run, *calibrations_from_json(row.value("calibrations", Json::array())));
  return run;
}

// Whether each member of the exported row, which may be of an earlier schema, is what the row here would be exported as.
bool says_the_same(const Json& exported, const Json& here) {
  const Json again = Json::parse(here.dump(-1, ' ', false, Json::error_handler_t::replace));
  const auto same = [&](const auto& item) {
    const auto found = again.find(item.key());
    return found != again.end() && *found == item.value();
  };
  const auto items = exported.items();
  return std::all_of(items.begin(), items.end(), same);
}

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

// Checks that every reader of these rows can read them.
void read_all(DatabaseConnection& connection, ExperimentId id) {
  const auto must_be_sound = [](const auto& row) {
    if (row.damage) throw_damaged_row(*row.damage);
  };
  Query experiment(connection, "SELECT " + experiment_columns() + " FROM experiments WHERE id = ?");
  if (experiment.bind(id).step()) must_be_sound(read_experiment(experiment));
  Query runs(connection, "SELECT " + run_columns() + " FROM runs WHERE experiment_id = ?");
  runs.bind(id);
  while (runs.step()) must_be_sound(read_run(runs));
  Query profiles(connection, "SELECT " + profile_columns() +
                                 " FROM runs JOIN run_profiles ON runs.id = run_id WHERE experiment_id = ?");
  profiles.bind(id);
  while (profiles.step()) must_be_sound(read_profile(profiles));
  read_circumstances(connection, id);
  read_calibrations(connection, id);
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

StoreResult<void> check_import(const ExportFile& file) {
  auto connection = DatabaseConnection::open(":memory:", DatabaseConnection::Access::create);
  if (!connection) return tl::unexpected(connection.error());
  if (auto migrated = migrate(**connection); !migrated) return migrated;
  return check_import(**connection, file);
}

StoreResult<void> check_import(DatabaseConnection& scratch, const ExportFile& file) {
  StoreResult<ExperimentId> inserted = 0;
  const auto failed = scratch.attempt([&] {
    if (std::string problem = import_problem(file, TransferColumns(scratch)); !problem.empty()) {
      inserted = invalid(std::move(problem));
      return;
    }
    const WriteTransaction never_committed(scratch);
    inserted = insert_import(scratch, file, utc_now());
    read_all(scratch, *inserted);
  });
  if (!inserted) return tl::unexpected(inserted.error());
  if (failed) return invalid(failed->kind == Kind::damaged ? failed->message : "its rows do not fit the tables");
  return {};
}

std::optional<ExperimentId> find_imported(DatabaseConnection& connection, const ExportFile& file) {
  Query query(connection, "SELECT id FROM experiments WHERE import_digest IN (?, ?)");
  if (!query.bind(file.digest_of_runs).bind(file.digest_of_lines).step()) return std::nullopt;
  return query.integer(0);
}

namespace {

bool is_original(DatabaseConnection& connection, ExperimentId id, const ExportFile& file) {
  const auto here = export_experiment(connection, id);
  if (!here || here->record.origin || here->finished_as.size() != file.runs.size()) return false;
  constexpr size_t kRunsCompared = 100;
  std::span<const uint32_t> left = here->finished_as;
  auto next = file.runs.begin();
  for (RunId after = 0; !left.empty();) {
    const auto wanted = left.first(std::min(left.size(), kRunsCompared));
    const auto page = export_runs(connection, id, after, wanted);
    if (page.size() < wanted.size()) return false;  // deleted meanwhile
    for (const ExportedRun& run : page) {
      if (!says_the_same(*next++, run.row)) return false;
    }
    after = page.back().id;
    left = left.subspan(wanted.size());
  }
  return true;
}

}  // namespace

// A damaged row is not what was exported. It must not block the import of a file that may be its only remaining copy.
StoreResult<std::optional<ExperimentId>> find_original(const std::filesystem::path& database, const ExportFile& file) {
  auto connection = DatabaseConnection::open(database, DatabaseConnection::Access::read_only);
  if (!connection) return tl::unexpected(connection.error());
  const ExperimentId id = file.origin.experiment_id;
  bool same = false;
  bool sound = false;
  const auto failed = (*connection)->attempt([&] {
    sound = finds_no_damaged_row([&] { same = is_original(**connection, id, file); });
  });
  if (failed) return tl::unexpected(*failed);
  return sound && same ? std::optional(id) : std::nullopt;
}

bool is_there(DatabaseConnection& connection, ExperimentId id) {
  return find_experiment(connection, id) && !being_erased(connection, id);
}

ExperimentId insert_import(DatabaseConnection& connection, const ExportFile& file, UtcTime now) {
  const TransferColumns columns(connection);
  const ExperimentId id = insert_experiment_row(connection, file, columns.experiments, now);
  const int64_t before = take_finish_sequences(connection, static_cast<int64_t>(file.runs.size()));
  std::vector<RunId> runs;
  for (const Json& row : file.runs) {
    runs.push_back(insert_run_row(connection, id, before + row["finished_as"].get<int64_t>(), row, columns));
  }
  for (const Json& row : file.circumstances) {
    const Columns there = present(row, columns.circumstances);
    Query query(connection, insert_sql("circumstances", "experiment_id, from_run", there));
    query.bind(id).bind(runs[static_cast<size_t>(row["from_run"].get<int64_t>()) - 1]);
    bind_row(query, row, there);
    query.run();
  }
  return id;
}

}  // namespace copybench
