#include "core/store/rows.h"

#include <fmt/format.h>

namespace copybench {
namespace {

const std::string& figure_names() {
  static const std::string names = [] {
    std::string joined;
    for (const FigureColumn& column : figure_columns()) {
      if (!joined.empty()) joined += ", ";
      joined += column.name;
    }
    return joined;
  }();
  return names;
}

// Reads the columns of a row one after another.
class Cursor {
 public:
  explicit Cursor(const Query& row) : row_(row) {}

  int64_t integer() { return row_.integer(column_++); }
  std::string text() { return std::string(row_.text(column_++)); }

  std::optional<std::string> text_or_none() {
    if (row_.is_null(column_)) return ++column_, std::nullopt;
    return text();
  }

  UtcTime time() { return UtcTime(std::chrono::milliseconds(integer())); }

  std::optional<UtcTime> time_or_none() {
    if (row_.is_null(column_)) return ++column_, std::nullopt;
    return time();
  }

  template <typename E>
  E name() {
    const std::string_view text = row_.text(column_++);
    const auto value = from_name<E>(text);
    if (!value) throw_damaged(fmt::format("a row has the unknown word '{}'", text));
    return *value;
  }

  Configuration configuration() {
    Configuration configuration;
    configuration.engine = name<EngineMode>();
    configuration.field_bytes = static_cast<uint64_t>(integer());
    configuration.threads = static_cast<uint32_t>(integer());
    return configuration;
  }

  std::vector<RunFlag> flags() {
    const std::string_view text = row_.text(column_++);
    if (text == "[]") return {};  // most runs; lists have thousands
    auto flags = flags_from_json(Json::parse(text, nullptr, /*allow_exceptions=*/false));
    if (!flags) throw_damaged(flags.error().message);
    return std::move(*flags);
  }

  RunFigures figures() {
    RunFigures figures;
    for (const FigureColumn& column : figure_columns()) {
      if (!row_.is_null(column_)) std::visit([&](auto member) { set(figures.*member); }, column.member);
      ++column_;
    }
    return figures;
  }

 private:
  void set(std::optional<double>& figure) const { figure = row_.real(column_); }
  void set(std::optional<int64_t>& figure) const { figure = row_.integer(column_); }

  const Query& row_;
  int column_ = 0;
};

ExperimentSpec read_spec(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  auto spec = spec_from_json(json);
  if (!spec) throw_damaged(spec.error().message);
  return std::move(*spec);
}

std::optional<Origin> read_origin(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  auto origin = origin_from_json(Json::parse(*text, nullptr, /*allow_exceptions=*/false));
  if (!origin) throw_damaged(origin.error().message);
  return std::move(*origin);
}

std::vector<std::string> read_tags(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> tags;
  if (!json.is_array()) throw_damaged("an experiment's tags are no list");
  for (const Json& tag : json) {
    if (!tag.is_string()) throw_damaged("an experiment's tag is no text");
    tags.push_back(tag.get<std::string>());
  }
  return tags;
}

}  // namespace

int64_t to_milliseconds(UtcTime time) { return time.time_since_epoch().count(); }

const std::string& experiment_columns() {
  static const std::string columns =
      "id, state, spec_json, created_at_ms, started_at_ms, finished_at_ms, reason, "
      "runs_total, runs_completed, runs_failed, runs_cancelled, runs_interrupted, "
      "COALESCE(runs_at_most, runs_total), COALESCE(findings_json, '{}'), notes, tags_json, pinned, origin_json";
  return columns;
}

ExperimentRecord read_experiment(const Query& row) {
  Cursor cursor(row);
  ExperimentRecord record;
  record.id = cursor.integer();
  record.state = cursor.name<ExperimentState>();
  record.spec = read_spec(cursor.text());
  record.created_at = cursor.time();
  record.started_at = cursor.time_or_none();
  record.finished_at = cursor.time_or_none();
  record.reason = cursor.text_or_none();
  record.runs.total = cursor.integer();
  record.runs.completed = cursor.integer();
  record.runs.failed = cursor.integer();
  record.runs.cancelled = cursor.integer();
  record.runs.interrupted = cursor.integer();
  record.runs.at_most = cursor.integer();
  record.findings_json = cursor.text();
  record.annotations.notes = cursor.text();
  record.annotations.tags = read_tags(cursor.text());
  record.annotations.pinned = cursor.integer() != 0;
  record.origin = read_origin(cursor.text_or_none());
  return record;
}

void bind_annotations(Query& query, const Annotations& annotations) {
  query.bind(annotations.notes).bind(Json(annotations.tags).dump()).bind(int64_t{annotations.pinned});
}

void index_tags(DatabaseConnection& connection, ExperimentId id) {
  Query(connection, "DELETE FROM experiment_tags WHERE experiment_id = ?").bind(id).run();
  Query(connection,
        "INSERT OR IGNORE INTO experiment_tags (tag, experiment_id) SELECT tag.value, experiments.id FROM experiments, "
        "json_each(tags_json) AS tag WHERE experiments.id = ? AND tag.type = 'text'")
      .bind(id)
      .run();
}

const std::string& run_columns() {
  static const std::string columns =
      "id, experiment_id, engine, field_bytes, threads, repetition, kind, state, finish_sequence, started_at_ms, "
      "finished_at_ms, reason, counters_json, " +
      figure_names() + ", flags_json";
  return columns;
}

int run_column_count() { return 14 + static_cast<int>(figure_columns().size()); }

RunRow read_run(const Query& row) {
  Cursor cursor(row);
  RunRow run;
  run.id = cursor.integer();
  run.experiment_id = cursor.integer();
  run.planned.configuration = cursor.configuration();
  run.planned.repetition = static_cast<uint32_t>(cursor.integer());
  run.planned.kind = cursor.name<RunKind>();
  run.state = cursor.name<RunState>();
  run.finish_sequence = cursor.integer();
  run.started_at = cursor.time_or_none();
  run.finished_at = cursor.time_or_none();
  run.reason = cursor.text_or_none();
  run.counters_json = cursor.text_or_none().value_or("");
  run.figures = cursor.figures();
  run.flags = cursor.flags();
  return run;
}

const std::string& profile_columns() {
  static const std::string columns = "runs.id, engine, field_bytes, threads, report_json, flags_json";
  return columns;
}

ProfileRow read_profile(const Query& row) {
  Cursor cursor(row);
  ProfileRow profile;
  profile.run_id = cursor.integer();
  profile.configuration = cursor.configuration();
  profile.profile.report = Json::parse(cursor.text(), nullptr, /*allow_exceptions=*/false);
  if (!profile.profile.report.is_object()) throw_damaged(fmt::format("the profile of run {} is no object", profile.run_id));
  profile.flags = cursor.flags();
  return profile;
}

const std::string& summary_columns() {
  static const std::string columns =
      "id, engine, field_bytes, threads, repetition, state, " + figure_names() + ", flags_json <> '[]'";
  return columns;
}

SummaryInput read_summary_input(const Query& row) {
  Cursor cursor(row);
  SummaryInput input;
  input.id = cursor.integer();
  input.planned.configuration = cursor.configuration();
  input.planned.repetition = static_cast<uint32_t>(cursor.integer());
  input.state = cursor.name<RunState>();
  input.figures = cursor.figures();
  input.flagged = cursor.integer() != 0;
  return input;
}

const std::string& figure_assignments() {
  static const std::string assignments = [] {
    std::string joined;
    for (const FigureColumn& column : figure_columns()) {
      joined += fmt::format("{}{} = ?", joined.empty() ? "" : ", ", column.name);
    }
    return joined;
  }();
  return assignments;
}

void bind_figures(Query& query, const RunFigures& figures) {
  for (const FigureColumn& column : figure_columns()) {
    std::visit([&](auto member) { query.bind(figures.*member); }, column.member);
  }
}

}  // namespace copybench
