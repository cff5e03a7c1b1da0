#include "core/store/import_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "core/model/annotations.h"
#include "core/model/calibration.h"
#include "core/model/names.h"
#include "core/model/plan.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

using std::string_view;

// Of a run with all that goes with it.
std::string columns_problem(const Json& row, const TransferColumns& columns) {
  std::vector<string_view> others{"finished_as", "calibrations"};
  for (const RunTable& table : columns.run_tables) {
    for (const Column& column : table.columns) others.push_back(column.key);
  }
  std::string problem = row_problem(row, columns.runs, others);
  for (const RunTable& table : columns.run_tables) {
    if (!problem.empty() || !table.in(row)) continue;
    Json part = Json::object();
    for (const Column& column : table.columns) part[column.key] = row.value(column.key, Json());
    problem = row_problem(part, table.columns, {});
  }
  return problem;
}

bool is_final_name(const Json& row, auto type) {
  const Json state = row.value("state", Json());
  const auto known = state.is_string() ? from_name<decltype(type)>(state.get<std::string>()) : std::nullopt;
  return known && is_final(*known);
}

bool within(const Json& row, const char* key, int64_t lowest, int64_t highest) {
  const Json value = row.value(key, Json());
  return value.is_number_integer() && value.get<int64_t>() >= lowest && value.get<int64_t>() <= highest;
}

// Whether all that is computed from a spec stays within its types.
bool within_limits(const ExperimentSpec& spec) {
  return !spec.engines.empty() && !spec.field_sizes.empty() && !spec.threads.empty() &&
         to_seconds(spec.duration) <= Limits::kMaxDurationS && to_seconds(spec.warmup) <= Limits::kMaxWarmupS &&
         std::all_of(spec.field_sizes.begin(), spec.field_sizes.end(),
                     [](uint64_t bytes) { return bytes > 0 && bytes <= uint64_t{Limits::kMaxFieldBytes}; }) &&
         std::all_of(spec.threads.begin(), spec.threads.end(),
                     [](uint32_t threads) { return threads > 0 && threads <= uint32_t{Limits::kMaxThreads}; });
}

// Answers read the states; what else is in findings goes out as it came.
std::string findings_problem(const Json& findings) {
  if (findings.is_null()) return "";
  if (!findings.is_object()) return "findings must be an object";
  const auto lacks_state = [&](const char* part, const auto& known) {
    if (!findings.contains(part)) return false;
    const Json state = findings[part].is_object() ? findings[part].value("state", Json()) : Json();
    return !state.is_string() || !known(state.get<std::string>());
  };
  if (lacks_state("repeats", from_name<RepeatState>)) return "findings: repeats has no state that this copybench knows";
  if (lacks_state("crossover", from_name<CrossoverState>)) return "findings: crossover has no state that this copybench knows";
  return "";
}

// What the types of the columns do not tell of an experiment.
std::string experiment_problem(const Json& row, size_t runs) {
  if (!is_final_name(row, ExperimentState{})) return "the experiment has not ended";
  const auto spec = spec_from_json(row.value("spec", Json()));
  if (!spec) return spec.error().message;
  if (!within_limits(*spec)) return "a value of the spec is beyond its limits";
  if (row.contains("runs_at_most") && !row["runs_at_most"].is_null() &&
      !within(row, "runs_at_most", 0, static_cast<int64_t>(Limits::kMaxRuns))) {
    return "runs_at_most is beyond its limits";
  }
  if (std::string problem = findings_problem(row.value("findings", Json())); !problem.empty()) return problem;
  for (const char* count : {"runs_total", "runs_completed", "runs_failed", "runs_cancelled", "runs_interrupted"}) {
    if (!within(row, count, 0, static_cast<int64_t>(runs))) return fmt::format("{} is more than there are runs", count);
  }
  AnnotationChange written;
  written.name = spec->name;
  written.notes = row.value("notes", std::string());
  written.tags.emplace();
  for (const Json& tag : row.value("tags", Json::array())) {
    if (!tag.is_string()) return "a tag is no text";
    written.tags->push_back(tag.get<std::string>());
  }
  const auto errors = annotation_errors(written);
  return errors.empty() ? "" : errors.front().pointer + ": " + errors.front().detail;
}

// No figure, count or time is below 0; nothing that is measured is so large.
std::string number_problem(const Json& row) {
  constexpr double kMost = 1e12;
  for (const auto& [key, value] : row.items()) {
    if (!value.is_number()) continue;
    if (value.get<double>() < 0 || (value.is_number_float() && !(value.get<double>() <= kMost))) {
      return fmt::format("{} is {}; allowed: from 0, and what can be measured", key, value.dump());
    }
  }
  return "";
}

std::string run_problem(const Json& row, size_t runs, std::set<int64_t>& places) {
  if (std::string problem = number_problem(row); !problem.empty()) return problem;
  const Json engine = row.value("engine", Json());
  if (!engine.is_string() || !from_name<EngineMode>(engine.get<std::string>())) {
    return "engine is no engine that this copybench knows";
  }
  if (!is_final_name(row, RunState{})) return "the run has not ended";
  if (!within(row, "field_bytes", 1, Limits::kMaxFieldBytes) || !within(row, "threads", 1, Limits::kMaxThreads) ||
      !within(row, "repetition", 1, static_cast<int64_t>(Limits::kMaxRuns))) {
    return "field_bytes, threads or repetition is beyond its limits";
  }
  if (!within(row, "finished_as", 1, static_cast<int64_t>(runs)) ||
      !places.insert(row["finished_as"].get<int64_t>()).second) {
    return "finished_as must number the runs from 1";
  }
  if (const Json counters = row.value("counters", Json()); !counters.is_null() && !counters.is_array()) {
    return "counters must be a list";
  }
  const auto calibrations = calibrations_from_json(row.value("calibrations", Json::array()));
  return calibrations ? "" : calibrations.error().message;
}

}  // namespace

std::string import_problem(const ExportFile& file, const TransferColumns& columns) {
  if (file.schema > schema_version()) {
    return fmt::format("it has schema version {}, and this copybench knows versions up to {}: import it with the newer "
                       "copybench that wrote it",
                       file.schema, schema_version());
  }
  std::string problem = row_problem(file.experiment, columns.experiments, {});
  if (problem.empty()) problem = experiment_problem(file.experiment, file.runs.size());
  if (!problem.empty()) return "line 2: " + problem;
  size_t line = 3;
  std::set<int64_t> from;
  for (const Json& row : file.circumstances) {
    problem = row_problem(row, columns.circumstances, std::vector<string_view>{"from_run"});
    if (problem.empty() && (!within(row, "from_run", 1, static_cast<int64_t>(file.runs.size())) ||
                            !from.insert(row["from_run"].get<int64_t>()).second)) {
      problem = "from_run must be the number of a run, once";
    }
    if (!problem.empty()) return fmt::format("line {}: {}", line, problem);
    ++line;
  }
  std::set<int64_t> places;
  for (const Json& row : file.runs) {
    problem = columns_problem(row, columns);
    if (problem.empty()) problem = run_problem(row, file.runs.size(), places);
    if (!problem.empty()) return fmt::format("line {}: {}", line, problem);
    ++line;
  }
  return file.runs.empty() ? "it has no runs" : "";
}

}  // namespace copybench
