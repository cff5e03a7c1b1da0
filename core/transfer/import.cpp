#include "core/transfer/import.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/database/row_json.h"
#include "core/store/calibrations.h"
#include "core/store/circumstances.h"
#include "core/store/erasure.h"
#include "core/store/rows.h"
#include "core/store/run_queue.h"
#include "core/store/schema.h"
#include "core/transfer/columns.h"
#include "core/transfer/export_rows.h"
#include "core/transfer/import_problem.h"

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
      if (!says_the_same(row_of(*next++), run.row)) return false;
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
  for (const Json& kept : file.runs) {
    const Json row = row_of(kept);
    runs.push_back(insert_run_row(connection, id, before + row["finished_as"].get<int64_t>(), row, columns));
  }
  for (const Json& kept : file.circumstances) {
    const Json row = row_of(kept);
    const Columns there = present(row, columns.circumstances);
    Query query(connection, insert_sql("circumstances", "experiment_id, from_run", there));
    query.bind(id).bind(runs[static_cast<size_t>(row["from_run"].get<int64_t>()) - 1]);
    bind_row(query, row, there);
    query.run();
  }
  return id;
}

StoreResult<Store::Added> import_experiment(Store& store, const ExportFile& file) {
  if (auto good = check_import(file); !good) return tl::unexpected(good.error());
  const auto original = find_original(store.database_path(), file);
  if (!original) return tl::unexpected(original.error());
  return store.add_rows([&](DatabaseConnection& connection) -> StoreResult<Store::Added> {
    auto known = find_imported(connection, file);
    if (!known && *original && is_there(connection, **original)) known = *original;
    const ExperimentId id = known ? *known : insert_import(connection, file, utc_now());
    return find_experiment(connection, id).map([&](ExperimentRecord record) {
      return Store::Added{std::move(record), !known};
    });
  });
}

}  // namespace copybench
