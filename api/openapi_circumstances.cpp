// What experiments were measured under: circumstances and calibrations.
#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "core/model/calibration.h"
#include "core/model/circumstances.h"

namespace copybench::openapi {

void put_circumstance_paths(Json& paths) {
  const Json id = id_parameter("The experiment's id.");
  Json& circumstances = paths["/experiments/{id}/circumstances"];
  circumstances["parameters"] = id;
  circumstances["get"] = operation("get_circumstances", "What the experiment was measured under: host, kernel, settings, "
                                   "programs. 404 before its first run.",
                                   {{"200", json_answer("The circumstances.", "Circumstances")}});
  Json& calibrations = paths["/experiments/{id}/calibrations"];
  calibrations["parameters"] = id;
  calibrations["get"] = operation("get_calibrations", "What the machine could do before the first run and after each one.",
                                  {{"200", json_answer("In the order in which they were taken.", "Calibrations")}});
  Json both = Json::array();
  for (const char* name : {"base", "head"}) {
    Json parameter = query_parameter(name, "An experiment's id.", {{"type", "integer"}, {"minimum", 1}});
    parameter["required"] = true;
    both.push_back(std::move(parameter));
  }
  paths["/circumstances/diff"]["get"] =
      operation("compare_circumstances", "What tells the circumstances of two experiments apart.",
                {{"200", json_answer("The differences, by name.", "CircumstancesDiff")}}, std::move(both));
}

void put_circumstance_schemas(Json& schemas) {
  const Json value = described(Json::object(), "A number, text, a boolean, a list of these, or null.");
  const Properties named{{"name", type("string")}, {"class", name_schema<CircumstanceClass>()}};
  const Properties recording{{"gathered_at", time()},
                             {"from_run_id", described(type("integer"), "The run that was about to begin.")}};
  const Json reason = described(type_or_null("string"), "Why the value is null.");
  const Json fact =
      object(joined(named, {{"value", value}, {"unit", type_or_null("string")}, {"reason", reason}}));
  schemas["CircumstanceDifference"] = object(
      joined(named, {{"unit", type_or_null("string")},
                     {"base", value},
                     {"head", value},
                     {"base_reason", reason},
                     {"head_reason", reason},
                     {"matters", described(type("boolean"), "Whether figures may differ because of it.")}}));
  const Json differences = list_of(ref("CircumstanceDifference"));
  schemas["Circumstances"] = object(joined(
      recording, {{"facts", list_of(fact)},
                  {"changes", described(list_of(object(joined(recording, {{"differences", differences}}))),
                                        "What was found changed before a later run, each against the one before.")}}));
  const Json side = object({{"experiment_id", type("integer")},
                            {"changes", described(type("integer"), "How often they changed in its course; the last "
                                                                   "ones are compared.")}});
  Properties calibration{{"at", time()},
                         {"run_id", type("integer")},
                         {"place", described({{"enum", {"before", "after"}}}, "Of that run.")}};
  for (const CalibrationColumn& column : calibration_columns()) {
    calibration.emplace_back(column.name, described(type("number"), column.meaning));
  }
  calibration.emplace_back("unusual", described(type_or_null("string"), "What was not as this machine showed before; the "
                                                                        "runs around it are flagged."));
  schemas["Calibrations"] =
      object({{"experiment_id", type("integer")}, {"items", list_of(object(calibration))}});
  schemas["CircumstancesDiff"] = object({{"base", side}, {"head", side}, {"differences", differences}});
}

}  // namespace copybench::openapi
