#include "core/store/database_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/database/connection.h"
#include "core/store/calibrations.h"
#include "core/store/circumstances.h"
#include "core/store/ended_runs.h"
#include "core/store/rows.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

StoreError no_such(std::string_view what, int64_t id) {
  return {StoreError::Kind::not_found, fmt::format("There is no {} {}.", what, id)};
}

constexpr double kMostRunSeconds = 1e5;  // more than any request may ask for; limits damaged rows
constexpr int64_t kMostRunsOfOne = 1'000'000;  // in one experiment; likewise
constexpr size_t kMostBytesOfSpecs = 512 << 10;  // in a page of experiments, without the last one: a spec may have 70 KB
constexpr int kSpecColumn = 2;                   // in experiment_columns()

// Damaged rows may have made a sum negative, or larger than any real count.
int64_t whole_count(double sum) { return sum >= 0 && sum <= 1e15 ? static_cast<int64_t>(sum) : 0; }

constexpr int kProfileStacks = 6;  // the column after profile_columns()

class DatabaseReader : public Reader {
 public:
  explicit DatabaseReader(std::unique_ptr<DatabaseConnection> connection) : connection_(std::move(connection)) {}

  StoreResult<Page<ExperimentRecord>> experiments(std::optional<ExperimentId> before, int64_t limit,
                                                  const std::optional<std::string>& tag) override {
    static const std::string select = "SELECT " + experiment_columns() + " FROM experiments WHERE id < ?1";
    static const std::string all = select + " ORDER BY id DESC LIMIT ?2";
    static const std::string tagged =
        select + " AND id IN (SELECT experiment_id FROM experiment_tags WHERE tag = ?3 AND experiment_id < ?1 ORDER BY "
                 "experiment_id DESC LIMIT ?2) ORDER BY id DESC LIMIT ?2";
    Page<ExperimentRecord> page;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, tag ? tagged : all);
      query.bind(before.value_or(INT64_MAX)).bind(limit + 1);
      if (tag) query.bind(*tag);
      size_t bytes = 0;
      while (query.step()) {
        if (bytes > kMostBytesOfSpecs) {
          page.next = page.items.back().id;
          break;
        }
        bytes += query.text(kSpecColumn).size();
        page.items.push_back(read_experiment(query));
      }
    });
    if (failed) return tl::unexpected(*failed);
    if (!page.next) end_page(page, limit);
    return page;
  }

  StoreResult<ExperimentRecord> experiment(ExperimentId id) override {
    static const std::string sql = "SELECT " + experiment_columns() + " FROM experiments WHERE id = ?";
    return one<ExperimentRecord>(sql, "experiment", id, read_experiment);
  }

  StoreResult<std::vector<QueuedExperiment>> queue() override {
    std::vector<QueuedExperiment> queue;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_,
                  "SELECT id, run_seconds, runs_total, COALESCE(runs_at_most, runs_total), runs_completed + runs_failed + "
                  "runs_cancelled FROM experiments WHERE state IN ('queued', 'running') ORDER BY id");
      const auto runs = [&](int column) { return std::clamp<int64_t>(query.integer(column), 0, kMostRunsOfOne); };
      while (query.step()) {
        const int64_t done = runs(4);
        const double seconds = std::clamp(query.real(1), 0.0, kMostRunSeconds);
        queue.push_back({query.integer(0), Nanoseconds{std::llround(seconds * 1e9)}, runs(2) - done, runs(3) - done});
      }
    });
    if (failed) return tl::unexpected(*failed);
    return queue;
  }

  StoreResult<std::vector<RecordedCircumstances>> circumstances(ExperimentId id) override {
    return all_of(id, read_circumstances);
  }

  StoreResult<std::vector<CalibrationRecord>> calibrations(ExperimentId id) override {
    return all_of(id, read_calibrations);
  }

  StoreResult<std::optional<RunRow>> running_run() override {
    static const std::string sql = "SELECT " + run_columns() + " FROM runs WHERE state = 'running' LIMIT 1";
    std::optional<RunRow> run;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, sql);
      if (query.step()) run = read_run(query);
    });
    if (failed) return tl::unexpected(*failed);
    return run;
  }

  StoreResult<StoreCounts> counts() override {
    StoreCounts counts;
    const auto failed = connection_->attempt([&] {
      for (size_t i = 0; i < names<ExperimentState>().size(); ++i) counts.experiments[static_cast<ExperimentState>(i)] = 0;
      Query query(*connection_,
                  "SELECT state, experiments, runs_total, runs_completed, runs_failed, runs_cancelled, runs_interrupted "
                  "FROM experiment_counts");
      while (query.step()) {
        const auto state = from_name<ExperimentState>(query.text(0));
        if (!state) continue;  // of a damaged row
        counts.experiments[*state] = whole_count(query.real(1));
        counts.runs.total += whole_count(query.real(2));
        counts.runs.completed += whole_count(query.real(3));
        counts.runs.failed += whole_count(query.real(4));
        counts.runs.cancelled += whole_count(query.real(5));
        counts.runs.interrupted += whole_count(query.real(6));
      }
      counts.runs_running = connection_->integer("SELECT count(*) FROM runs WHERE state = 'running'");
    });
    if (failed) return tl::unexpected(*failed);
    return counts;
  }

  StoreResult<std::vector<RunRow>> last_completed_runs() override {
    static const std::string sql =
        "SELECT " + run_columns() +
        " FROM runs WHERE id = (SELECT run_id FROM last_runs WHERE engine = ? ORDER BY experiment_id DESC LIMIT 1)";
    std::vector<RunRow> last;
    const auto failed = connection_->attempt([&] {
      for (const std::string_view engine : names<EngineMode>()) {
        Query query(*connection_, sql);
        query.bind(engine);
        if (!query.step()) continue;
        if (RunRow run = read_run(query); !run.damage) last.push_back(std::move(run));
      }
    });
    if (failed) return tl::unexpected(*failed);
    return last;
  }

  StoreResult<Page<RunRow>> runs(ExperimentId id, std::optional<RunId> after, int64_t limit) override {
    static const std::string sql =
        "SELECT " + run_columns() + " FROM runs WHERE experiment_id = ? AND id > ? ORDER BY id LIMIT ?";
    Page<RunRow> page;
    bool exists = true;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, sql);
      query.bind(id).bind(after.value_or(0)).bind(limit + 1);
      while (query.step()) page.items.push_back(read_run(query));
      exists = !page.items.empty() || experiment_exists(id);
    });
    if (failed) return tl::unexpected(*failed);
    if (!exists) return tl::unexpected(no_such("experiment", id));
    end_page(page, limit);
    return page;
  }

  StoreResult<std::vector<RunRow>> runs_finished_after(ExperimentId id, int64_t after, int64_t limit) override {
    static const std::string sql = "SELECT " + run_columns() +
                                   " FROM runs WHERE experiment_id = ? AND finish_sequence > 0 AND "
                                   "finish_sequence > ? ORDER BY finish_sequence LIMIT ?";
    std::vector<RunRow> runs;
    bool exists = true;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, sql);
      query.bind(id).bind(after).bind(limit);
      while (query.step()) runs.push_back(read_run(query));
      exists = !runs.empty() || experiment_exists(id);
    });
    if (failed) return tl::unexpected(*failed);
    if (!exists) return tl::unexpected(no_such("experiment", id));
    return runs;
  }

  StoreResult<RunRecord> run(RunId id) override {
    static const std::string sql =
        "SELECT " + run_columns() +
        ", COALESCE((SELECT evidence_json FROM run_evidence WHERE run_id = runs.id), '{}') FROM runs WHERE id = ?";
    return one<RunRecord>(sql, "run", id, [](const Query& row) {
      return RunRecord{read_run(row), std::string(row.text(run_column_count()))};
    });
  }

  StoreResult<std::string> perf_raw(RunId id) override {
    static const std::string sql =
        "SELECT COALESCE((SELECT perf_raw FROM run_evidence WHERE run_id = runs.id), '') FROM runs WHERE id = ?";
    return one<std::string>(sql, "run", id, [](const Query& row) { return std::string(row.text(0)); });
  }

  StoreResult<void> read(const std::function<void(DatabaseConnection&)>& work) override {
    if (auto failed = connection_->attempt([&] { work(*connection_); })) return tl::unexpected(*failed);
    return {};
  }

  StoreResult<ProfileRow> profile(RunId id) override {
    static const std::string sql =
        "SELECT " + profile_columns() + ", stacks FROM run_profiles JOIN runs ON runs.id = run_id WHERE run_id = ?";
    return one<ProfileRow>(sql, "profile of run", id, [](const Query& row) {
      ProfileRow found = read_profile(row);
      found.profile.stacks = row.text(kProfileStacks);
      return found;
    });
  }

  StoreResult<std::vector<ProfileRow>> profiles(ExperimentId id) override {
    static const std::string sql = "SELECT " + profile_columns() +
                                   " FROM runs JOIN run_profiles ON runs.id = run_id WHERE experiment_id = ? ORDER BY runs.id";
    std::vector<ProfileRow> found;
    bool exists = true;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, sql);
      query.bind(id);
      while (query.step()) found.push_back(read_profile(query));
      exists = !found.empty() || experiment_exists(id);
    });
    if (failed) return tl::unexpected(*failed);
    if (!exists) return tl::unexpected(no_such("experiment", id));
    return found;
  }

  StoreResult<std::vector<SummaryInput>> summary_input(ExperimentId id) override {
    return all_of(id, copybench::ended_runs);
  }

  StoreResult<std::vector<EndedRun>> ended_runs(ExperimentId id) override { return all_of(id, ended_run_ids); }

  StoreResult<std::vector<SummaryInput>> summary_input_of(std::span<const RunId> runs) override {
    std::vector<SummaryInput> found;
    if (auto failed = connection_->attempt([&] { found = copybench::summary_input_of(*connection_, runs); })) {
      return tl::unexpected(*failed);
    }
    return found;
  }

  StoreResult<std::vector<HistoryValues>> history(const Configuration& configuration, const FigureColumn& figure,
                                                  size_t experiments, size_t values) override {
    static const std::string of_configuration =
        " FROM runs WHERE engine = ? AND field_bytes = ? AND threads = ? AND kind = 'measured' AND state = 'completed' AND "
        "experiment_id ";
    // Takes one step in the index for each experiment, however many runs it has.
    static const std::string newest_before = "SELECT max(experiment_id)" + of_configuration + "< ?";
    const std::string values_of = fmt::format("SELECT {}, flags_json <> '[]'{}= ? ORDER BY id", figure.name, of_configuration);
    const auto bind = [&](Query& query) -> Query& {
      query.bind(name_of(configuration.engine)).bind(static_cast<int64_t>(configuration.field_bytes));
      return query.bind(int64_t{configuration.threads});
    };
    std::vector<HistoryValues> found;
    const auto failed = connection_->attempt([&] {
      size_t read = 0;
      ExperimentId before = INT64_MAX;
      for (size_t looked = 0; looked < experiments && read < values; ++looked) {
        {
          Query newest(*connection_, newest_before);
          if (!bind(newest).bind(before).step() || newest.is_null(0)) break;
          before = newest.integer(0);
        }
        HistoryValues own{before, {}, 0};
        Query query(*connection_, values_of);
        bind(query).bind(before);
        while (query.step()) {
          if (query.is_null(0)) continue;
          own.values.push_back(query.real(0));
          own.flagged += query.integer(1);
        }
        read += own.values.size();
        if (!own.values.empty()) found.push_back(std::move(own));
      }
    });
    if (failed) return tl::unexpected(*failed);
    std::reverse(found.begin(), found.end());
    return found;
  }

 private:
  // The row that `sql` finds by its one parameter.
  template <typename T, typename Read>
  StoreResult<T> one(const std::string& sql, std::string_view what, int64_t id, const Read& read) {
    std::optional<T> found;
    const auto failed = connection_->attempt([&] {
      Query query(*connection_, sql);
      query.bind(id);
      if (query.step()) found = read(query);
    });
    if (failed) return tl::unexpected(*failed);
    if (!found) return tl::unexpected(no_such(what, id));
    return std::move(*found);
  }

  // The rows that `read_rows` finds for an experiment.
  template <typename T>
  StoreResult<std::vector<T>> all_of(ExperimentId id, std::vector<T> (*read_rows)(DatabaseConnection&, ExperimentId)) {
    std::vector<T> all;
    bool exists = true;
    const auto failed = connection_->attempt([&] {
      all = read_rows(*connection_, id);
      exists = !all.empty() || experiment_exists(id);
    });
    if (failed) return tl::unexpected(*failed);
    if (!exists) return tl::unexpected(no_such("experiment", id));
    return all;
  }

  bool experiment_exists(ExperimentId id) {
    Query query(*connection_, "SELECT 1 FROM experiments WHERE id = ?");
    return query.bind(id).step();
  }

  // The query read one row more than the limit, to detect a next page.
  template <typename T>
  static void end_page(Page<T>& page, int64_t limit) {
    if (static_cast<int64_t>(page.items.size()) <= limit) return;
    page.items.resize(static_cast<size_t>(limit));
    page.next = page.items.back().id;
  }

  std::unique_ptr<DatabaseConnection> connection_;
};

}  // namespace

StoreResult<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& database,
                                                 std::function<void(const StoreError&)> on_damage) {
  auto connection = DatabaseConnection::open(database, DatabaseConnection::Access::read_only);
  if (!connection) return tl::unexpected(connection.error());
  if (auto current = check_current(**connection); !current) return tl::unexpected(current.error());
  (*connection)->on_damage(std::move(on_damage));
  return std::make_unique<DatabaseReader>(std::move(*connection));
}

}  // namespace copybench
