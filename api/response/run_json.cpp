#include "api/response/run_json.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "api/response/json_parts.h"
#include "api/response/missing_values.h"
#include "api/response/zerocopy_label.h"
#include "core/base/json_text.h"
#include "core/model/figures.h"

namespace copybench {
namespace {

void put_figures(Json& json, const RunFigures& figures) {
  for (const FigureColumn& column : figure_columns()) {
    std::visit(
        [&](auto member) {
          const auto& value = figures.*member;
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::optional<double>>) {
            json[std::string(column.name)] = number_or_null(value);
          } else {
            json[std::string(column.name)] = or_null(value);
          }
        },
        column.member);
  }
}

// counters: from the run's evidence.
Json common_run_json(const RunRow& run, const Json& counters, MissingValues missing) {
  Json json;
  json["experiment_id"] = run.experiment_id;
  json["run_id"] = run.id;
  put_configuration(json, run.planned.configuration);
  json["repetition"] = run.planned.repetition;
  json["state"] = name_of(run.state);
  put_figures(json, run.figures);
  json["kind"] = name_of(run.planned.kind);
  json["zerocopy"] = or_null(zerocopy_label(run.planned.configuration.engine, run.figures));
  json["flags"] = to_json(run.flags);
  json["counters"] = other_counters(counters);
  json["missing"] = std::move(missing.reasons);
  json["missing_codes"] = std::move(missing.codes);
  json["started_at"] = time_or_null(run.started_at);
  json["finished_at"] = time_or_null(run.finished_at);
  json["reason"] = or_null(run.reason);
  json["damaged"] = or_null(run.damage);
  json["links"] = {{"self", run_path(run.id)},
                   {"perf", run_path(run.id) + "/perf"},
                   {"experiment", experiment_path(run.experiment_id)}};
  return json;
}

}  // namespace

Json run_json(const RunRow& run) {
  const Json counters = parse_json(run.counters_json).value_or(Json());
  // If a run did not complete, its state and reason explain every missing value. A list of thousands of runs need not repeat the
  // reason 26 times each.
  return common_run_json(run, counters,
                         run.state == RunState::completed ? missing_values(run, counters) : MissingValues{});
}

Json run_json(const RunRecord& run) {
  Json evidence = parse_json(run.evidence_json).value_or(Json());
  const bool readable = evidence.is_object();
  if (!readable) evidence = Json::object();
  const Json counters = evidence.value("counters", Json::array());
  Json json = common_run_json(run, counters, missing_values(run, counters));
  if (!readable && !run.damage) json["damaged"] = "its evidence is no JSON object, too long, or nested too deep";
  json["evidence"] = std::move(evidence);
  return json;
}

Json profile_json(const ProfileRow& row) {
  Json json;
  json["run_id"] = row.run_id;
  put_configuration(json, row.configuration);
  json.update(row.profile.report);
  json["flags"] = to_json(row.flags);
  json["links"] = {{"run", run_path(row.run_id)},
                   {"stacks", run_path(row.run_id) + "/stacks.folded"},
                   {"flamegraph", run_path(row.run_id) + "/flamegraph.svg"}};
  return json;
}

}  // namespace copybench
