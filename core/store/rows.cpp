#include "core/store/rows.h"

#include <fmt/format.h>

#include "core/model/spec_check.h"
#include "core/model/stored_shapes.h"
#include "core/store/row_cursor.h"

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

Result<ExperimentSpec> read_spec(const Json& json) {
  auto spec = spec_from_json(json);
  if (!spec) return spec;
  if (std::string problem = expansion_problem(*spec); !problem.empty()) return fail(std::move(problem));
  return spec;
}

Result<std::optional<Origin>> read_origin(const Json& json) {
  if (json.is_null()) return std::optional<Origin>();
  auto origin = origin_from_json(json);
  if (!origin) return tl::unexpected(origin.error());
  return std::optional<Origin>(std::move(*origin));
}

Result<std::vector<std::string>> read_tags(const Json& json) {
  static const Shape shape = Shape::list(Shape::text(AnnotationLimits::kMaxTagBytes), AnnotationLimits::kMaxTags);
  if (std::string problem = shape.problem(json, "tags"); !problem.empty()) return fail(std::move(problem));
  return json.get<std::vector<std::string>>();
}

Result<std::string> read_findings(const Json& json) {
  if (std::string problem = findings_shape().problem(json, "findings"); !problem.empty()) return fail(std::move(problem));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> read_report(const Json& json) {
  if (std::string problem = profile_report_shape().problem(json, "report"); !problem.empty()) return fail(std::move(problem));
  return json;
}

// Excludes a damaged run from what is measured, counted and compared.
void fail_damaged(RunState& state, RunFigures& figures) {
  if (is_final(state)) state = RunState::failed;
  figures = {};
}

}  // namespace

int64_t to_milliseconds(UtcTime time) { return time.time_since_epoch().count(); }

const std::string& experiment_columns() {
  static const std::string columns =
      "id, state, spec_json, created_at_ms, started_at_ms, finished_at_ms, reason, "
      "runs_total, runs_completed, runs_failed, runs_cancelled, runs_interrupted, "
      "COALESCE(runs_at_most, runs_total), COALESCE(findings_json, '{}'), notes, tags_json, pinned, COALESCE(origin_json, 'null')";
  return columns;
}

ExperimentRecord read_experiment(const Query& row) {
  Cursor cursor(row);
  ExperimentRecord record;
  record.id = cursor.integer();
  record.state = cursor.name<ExperimentState>("state", ExperimentState::failed);
  record.spec = cursor.json<ExperimentSpec>("spec", StoredLimits::kMaxSpecBytes, read_spec);
  record.created_at = cursor.time("created_at_ms");
  record.started_at = cursor.time_or_none("started_at_ms");
  record.finished_at = cursor.time_or_none("finished_at_ms");
  record.reason = cursor.text_or_none();
  record.runs.total = cursor.whole("runs_total", 1, kMostRuns);
  record.runs.completed = cursor.whole("runs_completed", 0, kMostRuns);
  record.runs.failed = cursor.whole("runs_failed", 0, kMostRuns);
  record.runs.cancelled = cursor.whole("runs_cancelled", 0, kMostRuns);
  record.runs.interrupted = cursor.whole("runs_interrupted", 0, kMostRuns);
  record.runs.at_most = cursor.whole("runs_at_most", 0, kMostRuns);
  record.findings_json = cursor.json<std::string>("findings", StoredLimits::kMaxSpecBytes, read_findings);
  if (record.findings_json.empty()) record.findings_json = "{}";
  record.annotations.notes = cursor.text();
  record.annotations.tags = cursor.json<std::vector<std::string>>("tags", StoredLimits::kMaxSpecBytes, read_tags);
  record.annotations.pinned = cursor.integer() != 0;
  record.origin = cursor.json<std::optional<Origin>>("origin", StoredLimits::kMaxSpecBytes, read_origin);
  record.damage = cursor.damage();
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
  run.planned.repetition = cursor.repetition();
  run.planned.kind = cursor.name<RunKind>("kind", RunKind::measured);
  run.state = cursor.name<RunState>("state", RunState::failed);
  run.finish_sequence = cursor.integer();
  run.started_at = cursor.time_or_none("started_at_ms");
  run.finished_at = cursor.time_or_none("finished_at_ms");
  run.reason = cursor.text_or_none();
  run.counters_json = cursor.text_or_none().value_or("");
  run.figures = cursor.figures();
  run.flags = cursor.flags();
  run.damage = cursor.damage();
  if (run.damage) fail_damaged(run.state, run.figures);
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
  profile.profile.report = cursor.json<Json>("report", StoredLimits::kMaxStacksBytes, read_report);
  profile.flags = cursor.flags();
  profile.damage = cursor.damage();
  return profile;
}

const std::string& ended_run_columns() {
  static const std::string columns = "id, engine, field_bytes, threads";
  return columns;
}

EndedRun read_ended_run(const Query& row) {
  Cursor cursor(row);
  const RunId id = cursor.integer();
  return {id, cursor.configuration()};
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
  input.planned.repetition = cursor.repetition();
  input.state = cursor.name<RunState>("state", RunState::failed);
  input.figures = cursor.figures();
  input.flagged = cursor.integer() != 0;
  if (cursor.damage()) fail_damaged(input.state, input.figures);
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
