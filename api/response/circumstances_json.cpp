#include "api/response/circumstances_json.h"

#include <cstddef>
#include <utility>

#include "api/response/json_parts.h"
#include "core/base/time.h"
#include "core/model/circumstances.h"

namespace copybench {
namespace {

Json recording_json(const RecordedCircumstances& recorded) {
  Json json;
  json["gathered_at"] = to_rfc3339(recorded.gathered_at);
  json["from_run_id"] = recorded.from_run;
  return json;
}

Json differences_json(const RecordedCircumstances& base, const RecordedCircumstances& head) {
  Json json = Json::array();
  for (const CircumstanceDifference& difference : diff(base.facts, head.facts)) json.push_back(to_json(difference));
  return json;
}

}  // namespace

Json circumstances_json(const std::vector<RecordedCircumstances>& recorded) {
  if (recorded.empty()) return nullptr;
  Json json = recording_json(recorded.front());
  json["facts"] = to_json(recorded.front().facts);
  json["changes"] = Json::array();
  for (size_t i = 1; i < recorded.size(); ++i) {
    Json change = recording_json(recorded[i]);
    change["differences"] = differences_json(recorded[i - 1], recorded[i]);
    json["changes"].push_back(std::move(change));
  }
  return json;
}

Json circumstances_diff_json(ExperimentId base, const std::vector<RecordedCircumstances>& of_base, ExperimentId head,
                             const std::vector<RecordedCircumstances>& of_head) {
  Json json;
  json["base"] = {{"experiment_id", base}, {"changes", of_base.size() - 1}};
  json["head"] = {{"experiment_id", head}, {"changes", of_head.size() - 1}};
  json["differences"] = differences_json(of_base.back(), of_head.back());
  return json;
}

Json calibrations_json(ExperimentId id, const std::vector<CalibrationRecord>& taken) {
  Json items = Json::array();
  for (const CalibrationRecord& one : taken) {
    Json item;
    item["at"] = to_rfc3339(one.at);
    item["run_id"] = one.run_id;
    item["place"] = one.before ? "before" : "after";
    item.update(to_json(one.values));
    item["unusual"] = or_null(one.unusual);
    items.push_back(std::move(item));
  }
  Json json;
  json["experiment_id"] = id;
  json["items"] = std::move(items);
  return json;
}

}  // namespace copybench
