// Configurations over each other, within an experiment or of several, and one over the experiments of time.
#include <utility>

#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "core/model/comparison.h"
#include "core/model/experiment_comparison.h"
#include "core/model/figures.h"

namespace copybench::openapi {
namespace {

Json question_parameters() {
  Json metrics{{"type", "string"}};
  for (const FigureColumn* figure : compared_figures()) metrics["enum"].push_back(figure->name);
  metrics["default"] = "throughput_gbps";
  Json percent{{"type", "number"}, {"minimum", 0}, {"maximum", 50}};
  percent["default"] = kDefaultMinEffect * 100;
  return Json::array({query_parameter("metric", "The figure that is compared.", std::move(metrics)),
                      query_parameter("min_effect_pct", "Differences that are not surely above this are none.",
                                      std::move(percent))});
}

Properties comparison_result() {
  const Json side = object({{"n", described(type("integer"), "Values, or pairs.")}, {"median", type_or_null("number")}});
  return {{"base", side},
          {"head", side},
          {"ratio", described(type_or_null("number"), "head / base.")},
          {"ratio_ci95_low", described(type_or_null("number"), "95 % interval of the ratio; null with too few values.")},
          {"ratio_ci95_high", type_or_null("number")},
          {"p", described(type_or_null("number"), "Two-sided.")},
          {"corrected_p", described(type_or_null("number"), "Corrected for the number of comparisons.")},
          {"verdict", described(name_schema<Verdict>(),
                                "faster: better by the figure's direction, slower: worse. Only where corrected_p is at most "
                                "0.05 and the interval lies wholly beyond the minimum effect. cannot_tell, of two experiments "
                                "only: most runs of a side are flagged.")},
          {"repetitions_needed",
           described(type_or_null("integer"), "With too few repetitions: how many it takes at least.")},
          {"detail", described(type("string"), "The verdict in words.")}};
}

Properties comparison_cell() {
  return {{"field_bytes", type("integer")}, {"message_bytes", type("integer")}, {"threads", type("integer")}};
}

}  // namespace

void put_comparison_paths(Json& paths) {
  Json& within = paths["/experiments/{id}/comparisons"];
  within["parameters"] = id_parameter("The experiment's id.");
  within["get"] = operation("get_comparisons",
                            "The engines over each other at each field size and thread count, paired by repetition.",
                            {{"200", json_answer("The comparisons.", "Comparisons")}}, question_parameters());
  Json parameters = Json::array();
  for (const char* name : {"base", "head"}) {
    Json parameter = query_parameter(name,
                                     "An experiment's id, or as many of both, separated by commas: measured alternately, "
                                     "they are pairs.",
                                     {{"type", "string"}, {"pattern", "^[1-9][0-9]*(,[1-9][0-9]*)*$"}});
    parameter["required"] = true;
    parameters.push_back(std::move(parameter));
  }
  for (Json& parameter : question_parameters()) parameters.push_back(std::move(parameter));
  parameters.push_back(query_parameter("fail_on",
                                       "slower: 409 where a configuration is, or where nothing could have been told.",
                                       {{"type", "string"}, {"enum", {"slower"}}}));
  parameters.push_back(query_parameter("allow_differences", "1: compare across hosts and patterns all the same.",
                                       {{"type", "string"}, {"enum", {"1", "true", "0", "false"}}, {"default", "0"}}));
  paths["/compare"]["get"] = operation(
      "get_compare", "One experiment over another, configuration by configuration.",
      {{"200", json_answer("The comparison.", "Comparison")},
       {"409", answer("With fail_on: slower, or undecided. Not comparable: no configuration in common, or another host or "
                      "pattern.",
                      content("application/problem+json", ref("ComparisonProblem")))}},
      std::move(parameters));
}

void put_comparison_schemas(Json& schemas) {
  const Properties configuration = joined({{"engine", ref("EngineMode")}}, comparison_cell());
  const Json experiments = list_of(object({{"experiment_id", type("integer")}, {"link", type("string")}}));
  const Json better{{"enum", {"higher", "lower"}}};
  const Json method = object({{"test", type("string")},
                              {"ratio", type("string")},
                              {"correction", type("string")},
                              {"significance", type("number")}});
  Properties counts;
  for (const std::string_view name : names<Verdict>()) counts.emplace_back(name, type("integer"));
  const Json difference =
      object({{"name", type("string")},
              {"class",
               described(type("string"), "request, or the class of the circumstance: host, kernel, settings, binary.")},
              {"base", true},
              {"head", true},
              {"refused", described(type("boolean"), "Not compared without allow_differences.")}});
  const Json counted = object({{"runs", type("integer")}, {"flagged", type("integer")}});
  const Json reason = described(
      or_null(object({{"code", {{"enum", {"most_runs_flagged"}}}}, {"base", counted}, {"head", counted}})),
      "Of the verdict cannot_tell: the completed runs of each side, and how many of them are flagged.");
  schemas["Comparison"] = object({{"base", experiments},
                                  {"head", experiments},
                                  {"metric", type("string")},
                                  {"better", better},
                                  {"min_effect_pct", type("number")},
                                  {"paired", described(type("boolean"), "Several of both sides: pairs of their medians.")},
                                  {"method", method},
                                  {"sentence", type("string")},
                                  {"counts", described(object(counts), "Configurations by verdict.")},
                                  {"warnings", list_of(type("string"))},
                                  {"differences", list_of(difference)},
                                  {"configurations",
                                   list_of(object(joined(joined(configuration, comparison_result()), {{"reason", reason}})))},
                                  {"only_base", list_of(object(configuration))},
                                  {"only_head", list_of(object(configuration))},
                                  {"links", links({"page"})}});
  Json problem = schemas["Problem"];
  problem["properties"]["comparison"] = ref("Comparison");
  problem["required"].push_back("comparison");
  schemas["ComparisonProblem"] = std::move(problem);
  const Json pair =
      object(joined({{"base_engine", ref("EngineMode")}, {"head_engine", ref("EngineMode")}}, comparison_result()));
  const Properties verdict{
      {"verdict", described(name_schema<CellVerdict>(), "winner: best is significantly ahead of each other engine.")},
      {"best", described(or_null(ref("EngineMode")), "By median.")},
      {"contenders", described(list_of(ref("EngineMode")), "best, and those that it is not significantly ahead of.")},
      {"repetitions_needed", type_or_null("integer")},
      {"pairs", list_of(pair)}};
  schemas["Comparisons"] = object({{"experiment_id", type("integer")},
                                   {"metric", type("string")},
                                   {"better", better},
                                   {"min_effect_pct", type("number")},
                                   {"method", method},
                                   {"cells", list_of(object(joined(comparison_cell(), verdict)))},
                                   {"links", links({"experiment"})}});
}

void put_history_paths(Json& paths) {
  Json parameters =
      Json::array({query_parameter("engine", "Of the configuration.", ref("EngineMode")),
                   query_parameter("field_bytes", "Of the configuration.", {{"type", "integer"}, {"minimum", 1}}),
                   query_parameter("threads", "Of the configuration.", {{"type", "integer"}, {"minimum", 1}})});
  for (Json& parameter : parameters) parameter["required"] = true;
  parameters.push_back(question_parameters()[0]);
  parameters.push_back(query_parameter("imported", "1: with imported experiments that name this host, marked as such.",
                                       {{"type", "string"}, {"enum", {"1", "true", "0", "false"}}, {"default", "0"}}));
  paths["/history"]["get"] = operation("get_history",
                                       "A configuration's figure over the experiments measured here, the newest 300, those of equal settings "
                                       "in one series, with the points at which its level changed.",
                                       {{"200", json_answer("The history.", "History")}}, parameters);
  paths["/history.csv"]["get"] =
      operation("get_history_csv", "The same as CSV, one line an experiment.",
                {{"200", answer("series, experiment_id, name, started_at, n, median, min, max, change_point_p, runs_flagged, imported. "
                                "A name that begins with = + - @ has an apostrophe before it, so that no spreadsheet runs it.",
                                content("text/csv", {{"type", "string"}}))}},
                std::move(parameters));
}

void put_history_schemas(Json& schemas) {
  const Json point = object({{"experiment_id", type("integer")},
                             {"name", type("string")},
                             {"started_at", time_or_null()},
                             {"n", described(type("integer"), "Runs.")},
                             {"median", type("number")},
                             {"min", type("number")},
                             {"max", type("number")},
                             {"runs_flagged", described(type("integer"), "Of the n runs, those that are doubtful.")},
                             {"imported", described(type("boolean"), "It was imported: its file says that it is of this host.")}});
  const Json change =
      object({{"experiment_id", described(type("integer"), "With which the new level begins.")},
              {"previous_experiment_id", type("integer")},
              {"before", described(type("number"), "Median of the level.")},
              {"after", type("number")},
              {"ratio", type_or_null("number")},
              {"p", type("number")},
              {"differences",
               described(list_of(type("object")), "Circumstances that changed there, as in /circumstances/diff.")}});
  schemas["History"] = object(joined(
      configuration(),
      {{"metric", type("string")},
       {"better", {{"enum", {"higher", "lower"}}}},
       {"method", type("string")},
       {"other_hosts", described(type("integer"), "Experiments of other machines than this one, left out.")},
       {"imported_left_out", described(type("integer"), "Imported experiments that name this host; imported=1 shows them.")},
       {"series",
        list_of(object({{"settings", described(type("object"), "What its experiments have in common, as in Spec.")},
                        {"points", list_of(point)},
                        {"change_points", list_of(change)}}))}}));
}

}  // namespace copybench::openapi
