// Runs with their figures: one by one, as CSV, summarised, and as they come.
#include <fmt/format.h>

#include <optional>
#include <variant>

#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "api/zerocopy_label.h"
#include "core/model/figures.h"
#include "core/model/run_flag.h"
#include "core/model/statistics.h"

namespace copybench::openapi {

void put_result_paths(Json& paths) {
  const Json id = id_parameter("The experiment's id.");
  Json& runs = paths["/experiments/{id}/runs"];
  runs["parameters"] = id;
  runs["get"] = operation("list_runs", "The experiment's runs in the order of measurement.",
                          {{"200", json_answer("One page.", "RunPage")}}, page_parameters());
  Json& csv = paths["/experiments/{id}/results.csv"];
  csv["parameters"] = id;
  csv["get"] =
      operation("get_results_csv", "Every run that has ended as CSV (RFC 4180); an empty cell where there is no value.",
                {{"200", answer("Columns as the properties of Run, from experiment_id to zerocopy, then flags: their kinds, "
                                "joined by semicolons. Text that begins with = + - @ has an apostrophe before it, so that no "
                                "spreadsheet runs it.",
                                content("text/csv", {{"type", "string"}}))}});
  Json& summary = paths["/experiments/{id}/summary"];
  summary["parameters"] = id;
  summary["get"] = operation("get_summary", "Per configuration over its repetitions; per engine its peak throughput.",
                             {{"200", json_answer("The summary.", "Summary")}});
  Json& events = paths["/experiments/{id}/events"];
  events["parameters"] = id;
  events["get"] = operation(
      "follow_experiment", "Server-sent events while the experiment is under way.",
      {{"200",
        answer("`progress` (Progress with experiment_id and state) at once and at each change; `run` (Run, its id for "
               "Last-Event-ID) for every run that has ended, earlier ones first; then `end` (Experiment, id: end) as the last. "
               "`deleted` or `shutdown` (experiment_id) end it early.",
               content("text/event-stream", {{"type", "string"}}))},
       {"204", {{"description", "The Last-Event-ID is end: there is nothing more to come, nothing to connect again for."}}}},
      Json::array({header_parameter("Last-Event-ID", "Leaves out the runs up to that event.",
                                    {{"type", "string"}, {"pattern", "^(0|[1-9][0-9]*|end)$"}})}));

  paths["/events"]["get"] = operation(
      "follow_experiments", "Server-sent events of all experiments, without an end.",
      {{"200",
        answer("`experiment` (Experiment) for each one that has not ended, at once, and for each one that is new or whose "
               "state changes; `progress` (Progress with experiment_id and state) as it goes on; `deleted` "
               "(experiment_id). Of the newest 100 and the one that runs. An experiment that is queued within another "
               "one's window is told of after it, or within 15 s. `shutdown` ends it.",
               content("text/event-stream", {{"type", "string"}}))}});
}

void put_run_paths(Json& paths) {
  const Json run_id = id_parameter("The run's id.");
  Json& run = paths["/runs/{id}"];
  run["parameters"] = run_id;
  run["get"] = operation("get_run", "One run with its evidence.", {{"200", json_answer("The run.", "RunDetail")}});
  Json& perf = paths["/runs/{id}/perf"];
  perf["parameters"] = run_id;
  perf["get"] =
      operation("get_run_perf", "What perf printed, as it printed it; 404 where it printed nothing, with the reason.",
                {{"200", answer("perf's text.", content("text/plain", {{"type", "string"}, {"minLength", 1}}))}});
}

void put_run_schemas(Json& schemas) {
  Properties run{{"experiment_id", type("integer")}, {"run_id", type("integer")}};
  run = joined(std::move(run), configuration());
  run = joined(std::move(run), {{"repetition", type("integer")}, {"state", name_schema<RunState>()}});
  Properties spreads;
  for (const FigureColumn& column : figure_columns()) {
    const bool real = std::holds_alternative<std::optional<double> RunFigures::*>(column.member);
    run.emplace_back(column.name, described(type_or_null(real ? "number" : "integer"), column.meaning));
    spreads.emplace_back(column.name, or_null(ref("Spread")));
  }
  Json label{{"type", {"string", "null"}}, {"description", "What a zero_copy run really was; null for other engines."}};
  for (const std::string_view name : kZerocopyLabels) label["enum"].push_back(name);
  label["enum"].push_back(nullptr);
  const Json flag = object({{"kind", name_schema<FlagKind>()}, {"detail", described(type("string"), "A sentence.")}});
  schemas["Flags"] = described(list_of(flag), "What makes the figures doubtful.");
  const Json counts{{"type", "object"}, {"additionalProperties", type_or_null("number")}};
  const Json reasons{{"type", "object"}, {"additionalProperties", type("string")}};
  run = joined(std::move(run), {{"kind", name_schema<RunKind>()},
                                {"zerocopy", std::move(label)},
                                {"flags", ref("Flags")},
                                {"counters", described(counts, "Of each event that was asked for and is no figure: its "
                                                               "count in the window, by the name it was asked by.")},
                                {"missing", described(reasons,
                                                      "For every figure and counter that is null: why. In lists and "
                                                      "events of completed runs only; else state and reason say it.")},
                                {"started_at", time_or_null()},
                                {"finished_at", time_or_null()},
                                {"reason", described(type_or_null("string"), "Why it did not complete.")},
                                {"damaged", described(type_or_null("string"), "Why what is stored of it cannot be read. Then "
                                                                              "its state is failed, and figures are null.")},
                                {"links", links({"self", "perf", "experiment"})}});
  schemas["Run"] = object(run);
  schemas["RunDetail"] = object(
      joined(std::move(run), {{"evidence", described(type("object"), "What was gathered beside the figures.")}}));

  schemas["Interval"] =
      object({{"low", type_or_null("number")},
              {"high", type_or_null("number")},
              {"coverage", described(type("number"),
                                     "How often such an interval holds the true value: 0.95 where the sample allows it.")},
              {"method", type("string")}});
  schemas["Spread"] =
      object({{"n", described(type("integer"), "Values: completed runs that have this figure.")},
              {"median", type_or_null("number")},
              {"ci95_median", described(or_null(ref("Interval")),
                                        fmt::format("Null below two values; below {} its coverage is less than 0.95.",
                                                    kMedianIntervalNeeds))},
              {"mean", type_or_null("number")},
              {"ci95_mean", described(or_null(ref("Interval")), "Null below two values.")},
              {"cv", described(type_or_null("number"), "Coefficient of variation: standard deviation / |mean|.")},
              {"min", type_or_null("number")},
              {"max", type_or_null("number")},
              {"outliers", described(list_of(type("integer")),
                                     "Runs whose value lies beyond outlier_rule's fences; they are kept in all figures.")}});
  schemas["ConfigurationRepeats"] = object(
      {{"state", name_schema<RepeatState>()},
       {"runs", type("integer")},
       {"interval_pct", described(type_or_null("number"),
                                  "Width of the 95 % interval of the median throughput, in percent of that median; null "
                                  "below 6 completed runs.")},
       {"reason", described(type_or_null("string"), "Why it was given up.")}});
  const Json flagged = described(type("integer"), "Of runs_completed; they count in the figures.");
  schemas["Summary"] =
      object({{"experiment_id", type("integer")},
              {"state", name_schema<ExperimentState>()},
              {"configurations", list_of(object(joined(configuration(), {{"runs_completed", type("integer")},
                                                                         {"runs_failed", type("integer")},
                                                                         {"repeats", or_null(ref("ConfigurationRepeats"))},
                                                                         {"runs_flagged", flagged},
                                                                         {"figures", object(spreads)}})))},
              {"engines", list_of(object({{"engine", ref("EngineMode")},
                                          {"configuration", or_null(object(configuration()))},
                                          {"throughput_gbps", or_null(ref("Spread"))}}))},
              {"outlier_rule", type("string")},
              {"crossover", or_null(ref("Crossover"))},
              {"links", links({"experiment"})}});
}

}  // namespace copybench::openapi
