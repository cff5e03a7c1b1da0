#include "api/response/experiment_json.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "api/http/problem.h"
#include "api/response/json_parts.h"
#include "api/response/progress_json.h"
#include "core/analysis/adaptive.h"
#include "core/base/time.h"

namespace copybench {
namespace {

Json origin_json(const Origin& origin) {
  Json json;
  json["host"] = origin.host;
  json["machine_id"] = or_null(origin.machine_id);
  json["copybench"] = origin.copybench;
  json["experiment_id"] = origin.experiment_id;
  json["exported_at"] = to_rfc3339(origin.exported_at);
  json["imported_at"] = time_or_null(origin.imported_at);
  return json;
}

}  // namespace

Json experiment_json(const ExperimentRecord& record, const QueueView& queue) {
  const std::string self = experiment_path(record.id);
  Json json;
  json["id"] = record.id;
  json["name"] = record.spec.name;
  json["state"] = name_of(record.state);
  json["created_at"] = to_rfc3339(record.created_at);
  json["started_at"] = time_or_null(record.started_at);
  json["finished_at"] = time_or_null(record.finished_at);
  json["reason"] = or_null(record.reason);
  json["notes"] = record.annotations.notes;
  json["tags"] = record.annotations.tags;
  json["pinned"] = record.annotations.pinned;
  json["origin"] = record.origin ? origin_json(*record.origin) : Json(nullptr);
  json["damaged"] = or_null(record.damage);
  json["runs_total"] = record.runs.total;
  json["runs_at_most"] = runs_at_most(record);
  json["estimated_duration_s"] = to_seconds(estimated_duration(record.spec, record.runs.total));
  json["estimated_duration_max_s"] = to_seconds(estimated_duration(record.spec, runs_at_most(record)));
  json["progress"] = progress_json(record, queue);
  json["spec"] = to_json(record.spec);
  json["links"] = {{"self", self},
                   {"runs", self + "/runs"},
                   {"csv", self + "/results.csv"},
                   {"summary", self + "/summary"},
                   {"events", self + "/events"},
                   {"export", self + "/export.ndjson"},
                   {"circumstances", self + "/circumstances"},
                   {"page", fmt::format("/#/experiments/{}", record.id)}};
  return json;
}

Json plan_json(const Plan& plan, const std::vector<FieldError>& warnings) {
  Json runs = Json::array();
  for (const PlannedRun& run : plan.runs) {
    Json one;
    put_configuration(one, run.configuration);
    one["repetition"] = run.repetition;
    one["kind"] = name_of(run.kind);
    runs.push_back(std::move(one));
  }
  const auto total = static_cast<int64_t>(plan.runs.size());
  Json json;
  json["dry_run"] = true;
  json["name"] = plan.spec.name;
  const int64_t at_most = is_adaptive(plan.spec) ? advise(plan.spec, {}).runs_at_most : total;
  json["runs_total"] = total;
  json["runs_at_most"] = at_most;
  json["estimated_duration_s"] = to_seconds(estimated_duration(plan.spec, total));
  json["estimated_duration_max_s"] = to_seconds(estimated_duration(plan.spec, at_most));
  json["spec"] = to_json(plan.spec);
  json["runs"] = std::move(runs);
  json["warnings"] = errors_json(warnings);
  return json;
}

}  // namespace copybench
