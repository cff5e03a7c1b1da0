#include "core/transfer/import_problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/analysis/adaptive.h"
#include "core/analysis/crossover.h"
#include "core/model/annotations.h"
#include "core/model/circumstances.h"
#include "core/model/hidden_character.h"
#include "core/model/json_shape.h"
#include "core/model/names.h"
#include "core/model/order.h"
#include "core/model/plan.h"
#include "core/model/spec_check.h"
#include "core/model/stored_shapes.h"
#include "core/model/text.h"
#include "core/store/schema.h"
#include "core/transfer/calibration_check.h"
#include "core/transfer/run_check.h"
#include "core/transfer/time_check.h"

namespace copybench {
namespace {

using std::string_view;

// The runs that a spec can have.
class PossibleRuns {
 public:
  PossibleRuns(const ExperimentSpec& spec) : spec_(spec) {
    for (Configuration& one : configurations_of(spec)) configurations_.insert(one);
    most_ = spec.crossover ? uint32_t{kMaxPairs} : spec.until_ci ? spec.until_ci->max : spec.repetitions;
  }

  std::string problem(const PlannedRun& run, bool again) {
    if (spec_.crossover ? !may_search(run.configuration) : !configurations_.contains(run.configuration)) {
      return "engine, field_bytes and threads are no configuration of the spec";
    }
    if (run.kind == RunKind::profile && !spec_.profile) return "kind is profile; allowed where the spec has \"profile\": true";
    const uint32_t most = run.kind == RunKind::profile ? 1 : most_;
    if (run.repetition > most) return fmt::format("repetition is {}; allowed: 1 to {}", run.repetition, most);
    if (!again && !seen_.insert({run.configuration, run.repetition, run.kind}).second) {
      return "engine, field_bytes, threads, repetition and kind are those of another run";
    }
    return "";
  }

  // A run that was interrupted and the one that takes its place share a position.
  std::string position_problem(int64_t position, bool again) {
    if (again || positions_.insert(position).second) return "";
    return fmt::format("position is {}; allowed: each number once, but for interrupted runs", position);
  }

  const ExperimentSpec& spec() const { return spec_; }

 private:
  bool may_search(const Configuration& configuration) {
    sizes_.insert(configuration.field_bytes);
    return std::ranges::count(spec_.engines, configuration.engine) > 0 && configuration.threads == spec_.threads.front() &&
           configuration.field_bytes >= spec_.field_sizes.front() && configuration.field_bytes <= spec_.field_sizes.back() &&
           sizes_.size() <= spec_.field_sizes.size() + size_t{kMaxRefinements};
  }

  const ExperimentSpec& spec_;
  uint32_t most_ = 0;
  std::set<Configuration> configurations_;
  std::set<uint64_t> sizes_;
  std::set<std::tuple<Configuration, uint32_t, RunKind>> seen_;
  std::set<int64_t> positions_;
};

// Validates a run together with its rows in the other run tables.
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

// Validates those of these members that the row has.
std::string members_problem(const Json& row, const std::vector<Shape::Member>& members) {
  for (const auto& [key, shape] : members) {
    const auto found = row.find(key);
    if (found == row.end()) continue;
    if (std::string problem = shape.problem(*found, key); !problem.empty()) return problem;
  }
  return "";
}

template <typename E>
std::vector<string_view> final_names() {
  std::vector<string_view> found;
  for (size_t i = 0; i < names<E>().size(); ++i) {
    if (is_final(static_cast<E>(i))) found.push_back(names<E>()[i]);
  }
  return found;
}

const std::vector<Shape::Member>& experiment_members() {
  static const auto kStates = final_names<ExperimentState>();
  constexpr auto kRuns = static_cast<int64_t>(2 * Limits::kMaxRuns);
  const Shape runs = Shape::whole(0, kRuns);
  static const std::vector<Shape::Member> members{
      {"state", Shape::word(kStates)},
      {"reason", Shape::text(StoredLimits::kMaxTextBytes).or_null()},
      {"cancel_requested", Shape::whole(0, 1)},
      {"pinned", Shape::whole(0, 1)},
      {"runs_at_most", runs.or_null()},
      {"runs_interrupted", Shape::whole(0, 100'000)},
      {"notes", Shape::text(AnnotationLimits::kMaxNotesBytes)},
      {"tags", Shape::list(Shape::text(AnnotationLimits::kMaxTagBytes), AnnotationLimits::kMaxTags)},
      {"findings", findings_shape().or_null()}};
  return members;
}

const std::vector<Shape::Member>& run_members() {
  static const auto kStates = final_names<RunState>();
  constexpr auto kRuns = static_cast<int64_t>(Limits::kMaxRuns);
  static const std::vector<Shape::Member> members{
      {"state", Shape::word(kStates)},
      {"kind", Shape::word(names<RunKind>())},
      {"position", Shape::whole(0, 2 * kRuns)},
      {"engine", Shape::word(names<EngineMode>())},
      {"field_bytes", Shape::whole(1, Limits::kMaxFieldBytes)},
      {"threads", Shape::whole(1, Limits::kMaxThreads)},
      {"repetition", Shape::whole(1, kRuns)},
      {"reason", Shape::text(StoredLimits::kMaxTextBytes).or_null()},
      {"counters", counters_shape().or_null()},
      {"flags", flags_shape()},
      {"evidence", evidence_shape().or_null()},
      {"perf_raw", Shape::text(StoredLimits::kMaxPerfBytes).or_null()},
      {"report", profile_report_shape().or_null()},
      {"stacks", Shape::text(StoredLimits::kMaxStacksBytes).or_null()}};
  return members;
}

std::string annotations_problem(const Json& row, const ExperimentSpec& spec) {
  AnnotationChange written;
  written.name = spec.name;
  written.notes = row.value("notes", std::string());
  written.tags = row.value("tags", std::vector<std::string>());
  const auto errors = annotation_errors(written);
  return errors.empty() ? "" : errors.front().pointer.substr(1) + ": " + errors.front().detail;
}

// Compares the run counts of an experiment with the states of its runs.
std::string counts_problem(const Json& row, const std::vector<Json>& runs) {
  std::map<string_view, int64_t> counted{{"runs_completed", 0}, {"runs_failed", 0}, {"runs_cancelled", 0}, {"runs_interrupted", 0}};
  for (const Json& run : runs) {
    const Json state = run.is_object() ? run.value("state", Json()) : Json();
    if (state == "timed_out") {
      ++counted["runs_failed"];
    } else if (state.is_string()) {
      const auto found = counted.find("runs_" + state.get<std::string>());
      if (found != counted.end()) ++found->second;
    }
  }
  const int64_t total = counted["runs_completed"] + counted["runs_failed"] + counted["runs_cancelled"];
  counted["runs_total"] = total;
  for (const auto& [key, expected] : counted) {
    const Json value = row.value(std::string(key), Json());
    if (whole_of(value) != expected) return fmt::format("{} is {}; allowed: as many as there are runs of that state, {}", key,
                                                        value.dump(), expected);
  }
  const bool cancelled = row.value("cancel_requested", Json()) == 1;
  if (row["state"] == "completed" && counted["runs_completed"] == 0) return "state is completed; allowed where a run completed";
  if (row["state"] == "completed" && cancelled) return "state is completed; allowed where cancel_requested is 0";
  if (row["state"] == "cancelled" && !cancelled) return "state is cancelled; allowed where cancel_requested is 1";
  if (row["state"] == "failed" && !row.value("reason", Json()).is_string()) return "state is failed; allowed where reason is a text";
  if (row["state"] == "completed" && !whole_of(row.value("started_at_ms", Json()))) {
    return "started_at_ms is null; allowed of what completed: a time";
  }
  return "";
}

// Validates what the column types of an experiment do not cover.
std::string experiment_problem(const ExportFile& file, std::optional<ExperimentSpec>& spec) {
  const Json& row = file.experiment;
  if (std::string problem = members_problem(row, experiment_members()); !problem.empty()) return problem;
  if (std::string problem = time_order_problem(row); !problem.empty()) return problem;
  auto read = spec_from_json(row.value("spec", Json()));
  if (!read) return read.error().message;
  // Those of every version so far. One that a later version drops must stay known here.
  if (read->preset && std::ranges::count(preset_names(), *read->preset) == 0) {
    return fmt::format("spec/preset is {}; allowed: {}, or null", shown(*read->preset), fmt::join(preset_names(), ", "));
  }
  if (read->preset && read->crossover) return "spec/preset is there; allowed of a search: null";
  // The name is validated with notes and tags.
  if (std::string problem = annotations_problem(row, *read); !problem.empty()) return problem;
  const auto plan = plan_of_spec(*read);
  if (!plan) return fmt::format("spec{} {}", plan.error().front().pointer, plan.error().front().detail);
  const auto total = whole_of(row.value("runs_total", Json()));
  // An experiment that depends on results is planned as it goes.
  if (const auto planned = static_cast<int64_t>(plan->runs.size()); !is_adaptive(*read) && total != planned) {
    return fmt::format("runs_total is {}; allowed: as many as the spec has, {}", row.value("runs_total", Json()).dump(), planned);
  }
  spec = std::move(*read);
  return "";
}

// The origin in line 1 takes its machine id from the circumstances.
std::string machine_problem(const Json& facts, const Origin& origin) {
  for (const Json& fact : facts) {
    if (fact["name"] == kMachineId && fact["value"].is_string() && origin.machine_id && fact["value"] != *origin.machine_id) {
      return fmt::format("{} is {}; allowed: what machine_id of line 1 says", kMachineId,
                         shown(fact["value"].get_ref<const std::string&>()));
    }
  }
  return "";
}

// These texts are shown beside the experiment's name.
std::string origin_problem(const Origin& origin) {
  const std::pair<string_view, string_view> texts[] = {
      {"host", origin.host},
      {"machine_id", origin.machine_id ? string_view(*origin.machine_id) : ""},
      {"copybench", origin.copybench}};
  for (const auto& [key, text] : texts) {
    const auto code_points = decode_utf8(text);
    const auto hidden = code_points ? hidden_character(*code_points) : std::nullopt;
    if (hidden) return fmt::format("{} contains {}; allowed: characters that are seen", key, *hidden);
  }
  return "";
}

std::string circumstances_problem(const Json& row, size_t runs, std::set<int64_t>& from) {
  const auto from_run = whole_of(row.value("from_run", Json()));
  if (!from_run || *from_run < 1 || *from_run > static_cast<int64_t>(runs) || !from.insert(*from_run).second) {
    return "from_run must be the number of a run, once";
  }
  const Json& facts = row.at("facts");
  if (std::string problem = facts_shape().problem(facts, "facts"); !problem.empty()) return problem;
  if (facts.dump(-1, ' ', false, Json::error_handler_t::replace).size() > StoredLimits::kMaxFactsBytes) {
    return fmt::format("facts are too long; allowed: {} bytes", StoredLimits::kMaxFactsBytes);
  }
  std::set<string_view> names_of_facts;
  for (const Json& fact : facts) {
    const Json& value = fact["value"];
    const auto is_simple = [](const Json& one) { return !one.is_structured(); };
    if (value.is_object() || (value.is_array() && !std::all_of(value.begin(), value.end(), is_simple))) {
      return fmt::format("the value of {} is nested; allowed: a number, a text, true or false, a list of these, or null",
                         fact["name"].dump());
    }
    if (!names_of_facts.insert(fact["name"].get_ref<const std::string&>()).second) {
      return fmt::format("facts has {} twice", fact["name"].dump());
    }
  }
  return "";
}

std::string run_problem(const Json& row, size_t runs, std::set<int64_t>& places, PossibleRuns& possible) {
  if (std::string problem = members_problem(row, run_members()); !problem.empty()) return problem;
  if (std::string problem = time_order_problem(row); !problem.empty()) return problem;
  const auto place = whole_of(row.value("finished_as", Json()));
  if (!place || *place < 1 || *place > static_cast<int64_t>(runs) || !places.insert(*place).second) {
    return "finished_as must number the runs from 1";
  }
  PlannedRun run;
  run.configuration = {*from_name<EngineMode>(row["engine"].get_ref<const std::string&>()), row["field_bytes"].get<uint64_t>(),
                       row["threads"].get<uint32_t>()};
  run.repetition = row["repetition"].get<uint32_t>();
  run.kind = *from_name<RunKind>(row.value("kind", std::string(name_of(RunKind::measured))));
  const bool again = row["state"] == name_of(RunState::interrupted);
  if (std::string problem = possible.problem(run, again); !problem.empty()) return problem;
  if (std::string problem = possible.position_problem(row["position"].get<int64_t>(), again); !problem.empty()) return problem;
  if (std::string problem = calibrations_problem(row); !problem.empty()) return problem;
  return run_contradiction(possible.spec(), run.configuration, row);
}

}  // namespace

std::string import_problem(const ExportFile& file, const TransferColumns& columns) {
  if (file.schema > schema_version()) {
    return fmt::format("it has schema version {}, and this copybench knows versions up to {}: import it with the newer "
                       "copybench that wrote it",
                       file.schema, schema_version());
  }
  if (file.runs.empty()) return "it has no runs";
  std::string problem = origin_problem(file.origin);
  if (!problem.empty()) return "line 1: " + problem;
  std::optional<ExperimentSpec> spec;
  problem = row_problem(file.experiment, columns.experiments, {});
  if (problem.empty()) problem = experiment_problem(file, spec);
  if (!problem.empty()) return "line 2: " + problem;
  size_t line = 3;
  std::set<int64_t> from;
  for (const Json& kept : file.circumstances) {
    const Json row = row_of(kept);
    problem = row_problem(row, columns.circumstances, std::vector<string_view>{"from_run"});
    if (problem.empty()) problem = circumstances_problem(row, file.runs.size(), from);
    if (problem.empty()) problem = machine_problem(row.at("facts"), file.origin);
    if (!problem.empty()) return fmt::format("line {}: {}", line, problem);
    ++line;
  }
  std::set<int64_t> places;
  PossibleRuns possible(*spec);
  std::vector<Json> runs;  // without all that the experiment is not compared with
  for (const Json& kept : file.runs) {
    const Json row = row_of(kept);
    problem = columns_problem(row, columns);
    if (problem.empty()) problem = run_problem(row, file.runs.size(), places, possible);
    if (!problem.empty()) return fmt::format("line {}: {}", line, problem);
    Json brief = Json::object();
    for (const char* key : {"state", "finished_as", "started_at_ms", "finished_at_ms"}) brief[key] = row.value(key, Json());
    runs.push_back(std::move(brief));
    ++line;
  }
  // Counted after the runs, so that an invalid run is reported by its own line.
  problem = counts_problem(file.experiment, runs);
  if (problem.empty()) problem = experiment_times_problem(file.experiment, runs);
  return problem.empty() ? "" : "line 2: " + problem;
}

}  // namespace copybench
