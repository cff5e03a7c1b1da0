#include "api/openapi.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "api/query.h"
#include "api/request_head.h"
#include "api/versions.h"
#include "core/model/comparison.h"

namespace copybench {
namespace {

using std::string_view;

Json ref(string_view kind, string_view name) { return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}}; }
Json schema(string_view name) { return ref("schemas", name); }

Json content(string_view type, Json body) { return {{std::string(type), {{"schema", std::move(body)}}}}; }
Json answer(string_view description, Json of_content) {
  return {{"description", description}, {"content", std::move(of_content)}};
}
Json json_answer(string_view description, string_view name) {
  return answer(description, content("application/json", schema(name)));
}

Json query_parameter(string_view name, string_view description, Json of_schema) {
  return {{"name", name}, {"in", "query"}, {"description", description}, {"schema", std::move(of_schema)}};
}
Json header_parameter(string_view name, string_view description, Json of_schema) {
  return {{"name", name}, {"in", "header"}, {"description", description}, {"schema", std::move(of_schema)}};
}

// An operation with the answers of its own; every other one is a problem.
Json operation(string_view id, string_view summary, Json answers, Json parameters = Json::array()) {
  Json json;
  json["operationId"] = id;
  json["summary"] = summary;
  if (!parameters.empty()) json["parameters"] = std::move(parameters);
  answers["default"] = ref("responses", "Problem");
  json["responses"] = std::move(answers);
  return json;
}

Json page_parameters() {
  return Json::array(
      {query_parameter("limit", "How many items at most.",
                       {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxPage}, {"default", PageQuery{}.limit}}),
       query_parameter("cursor", "The `next` of the page before.",
                       {{"type", "string"}, {"pattern", "^[1-9][0-9]*$"}})});
}

Json id_parameter(string_view what) {
  return Json::array({{{"name", "id"},
                       {"in", "path"},
                       {"required", true},
                       {"description", what},
                       {"schema", {{"type", "integer"}, {"minimum", 1}}}}});
}

Json experiments_paths() {
  Json paths;
  Json create = operation(
      "create_experiment", "Queue an experiment.",
      {{"200", json_answer("With dry_run: what would be run; nothing was queued.", "Plan")},
       {"202",
        json_answer("Queued. With an Idempotency-Key that was used before: the answer given then.", "Experiment")}},
      Json::array(
          {query_parameter("dry_run", "1: validate and expand, but queue nothing.",
                           {{"type", "string"}, {"enum", {"1", "true", "0", "false"}}, {"default", "0"}}),
           header_parameter("Idempotency-Key",
                            "Repeating a request under its key returns the first answer and queues nothing. The "
                            "same key with another request is a conflict (409). Kept for 7 days.",
                            {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"pattern", "^[ -~]+$"}})}));
  create["responses"]["202"]["headers"] = {
      {"Location", {{"description", "The experiment."}, {"required", true}, {"schema", {{"type", "string"}}}}}};
  create["requestBody"] = {{"required", true},
                           {"description", fmt::format("At most {} bytes, without Transfer-Encoding (411) and "
                                                       "Content-Encoding (415).",
                                                       kMaxBodyBytes)},
                           {"content", content("application/json", schema("ExperimentRequest"))}};
  paths["/experiments/validate"]["post"] =
      operation("validate_experiment", "Judge a request and queue nothing; for forms, which are wrong while they are filled in.",
                {{"200", json_answer("Whether it would be queued, and what would be run; 400 for what is no JSON object.",
                                     "Validation")}});
  paths["/experiments/validate"]["post"]["requestBody"] = create["requestBody"];
  Json list_parameters = page_parameters();
  list_parameters.push_back(query_parameter("tag", "Those alone that have this tag.", {{"type", "string"}}));
  paths["/experiments"] = {{"get", operation("list_experiments", "All experiments, newest first.",
                                             {{"200", json_answer("One page.", "ExperimentPage")}}, list_parameters)},
                           {"post", std::move(create)}};

  const Json id = id_parameter("The experiment's id.");
  Json& one = paths["/experiments/{id}"];
  one["parameters"] = id;
  one["get"] = operation("get_experiment", "One experiment: state, spec as expanded, progress, circumstances.",
                         {{"200", json_answer("The experiment.", "ExperimentDetail")}});
  one["patch"] = operation("change_experiment", "Change the name, notes, tags or pin of an experiment, in any state of it.",
                           {{"200", json_answer("The experiment as it is now.", "Experiment")}});
  one["patch"]["requestBody"] = {{"required", true}, {"content", content("application/merge-patch+json", schema("ExperimentChange"))}};
  one["patch"]["requestBody"]["content"].update(content("application/json", schema("ExperimentChange")));
  one["delete"] = operation("delete_experiment", "Delete an experiment with its runs; 409 while it is running or pinned.",
                            {{"204", {{"description", "Deleted."}}}});
  Json& exported = paths["/experiments/{id}/export.ndjson"];
  exported["parameters"] = id;
  exported["get"] = operation(
      "export_experiment", "An experiment that has ended, with all its runs, as one file for another machine; else 409.",
      {{"200", answer("Lines of JSON: a head with the host's identity, experiment, circumstances, each run with its evidence and "
                      "perf's text, and an end with counts and a digest.",
                      content("application/x-ndjson", {{"type", "string"}}))}});
  Json import = operation("import_experiment", "Take in an experiment that was exported. It is never measured here.",
                          {{"200", json_answer("Its runs were imported before: that experiment, unchanged.", "Experiment")},
                           {"201", json_answer("Imported, with an id of its own and its origin.", "Experiment")}});
  for (const char* status : {"200", "201"}) {
    import["responses"][status]["headers"] = {
        {"Location", {{"description", "The experiment."}, {"required", true}, {"schema", {{"type", "string"}}}}}};
  }
  import["requestBody"] = {{"required", true},
                           {"description", fmt::format("What export.ndjson gave, at most {} bytes; `copybenchd import` takes "
                                                       "larger ones. All of it is judged before anything is stored.",
                                                       kMaxImportBytes)},
                           {"content", content("application/x-ndjson", {{"type", "string"}})}};
  paths["/experiments/import"]["post"] = std::move(import);
  Json& cancel = paths["/experiments/{id}/cancel"];
  cancel["parameters"] = id;
  cancel["post"] = operation(
      "cancel_experiment", "Cancel what is left of an experiment; what was measured stays. Idempotent; needs no body.",
      {{"200", json_answer("It has ended: cancelled, or as it was before.", "Experiment")},
       {"202", json_answer("Its running measurement is being ended, within a second.", "Experiment")}});
  return paths;
}

void put_profile_paths(Json& paths) {
  Json& list = paths["/experiments/{id}/profiles"];
  list["parameters"] = id_parameter("The experiment's id.");
  list["get"] = operation("list_profiles", "Where the cycles went: a profile of each configuration, and the copies in words.",
                          {{"200", json_answer("Empty where the experiment had no \"profile\": true.", "Profiles")}});
  const Json run_id = id_parameter("The id of a run of kind profile.");
  Json& one = paths["/runs/{id}/profile"];
  one["parameters"] = run_id;
  one["get"] = operation("get_run_profile", "How a run was sampled, and the shares of the copies; 404 without a profile.",
                         {{"200", json_answer("The profile.", "ProfileDetail")}});
  Json& stacks = paths["/runs/{id}/stacks.folded"];
  stacks["parameters"] = run_id;
  stacks["get"] = operation("get_run_stacks", "The sampled stacks, folded: for any flame graph tool.",
                            {{"200", answer("A line for each stack: root;caller;leaf samples.",
                                            content("text/plain", {{"type", "string"}}))}});
  Json& graph = paths["/runs/{id}/flamegraph.svg"];
  graph["parameters"] = run_id;
  graph["get"] = operation("get_run_flamegraph", "The stacks as a flame graph.",
                           {{"200", answer("SVG without scripts.", content("image/svg+xml", {{"type", "string"}}))}},
                           Json::array({query_parameter("base_run", "Another run of kind profile: colours show what differs from it.",
                                                        {{"type", "integer"}, {"minimum", 1}})}));
}

Json results_paths() {
  Json paths;
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
                                "joined by semicolons.",
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
               "Last-Event-ID) for every run that has ended, earlier ones first; then `end` (Experiment) as the last. "
               "`deleted` or `shutdown` (experiment_id) end it early.",
               content("text/event-stream", {{"type", "string"}}))}},
      Json::array({header_parameter("Last-Event-ID", "Leaves out the runs up to that event.",
                                    {{"type", "string"}, {"pattern", "^(0|[1-9][0-9]*)$"}})}));

  paths["/events"]["get"] = operation(
      "follow_experiments", "Server-sent events of all experiments, without an end.",
      {{"200",
        answer("`experiment` (Experiment) for each one that has not ended, at once, and for each one that is new or whose "
               "state changes; `progress` (Progress with experiment_id and state) as it goes on; `deleted` "
               "(experiment_id). Of the newest 100 and the one that runs. An experiment that is queued within another "
               "one's window is told of after it, or within 15 s. `shutdown` ends it.",
               content("text/event-stream", {{"type", "string"}}))}});
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

  const Json run_id = id_parameter("The run's id.");
  Json& run = paths["/runs/{id}"];
  run["parameters"] = run_id;
  run["get"] = operation("get_run", "One run with its evidence.", {{"200", json_answer("The run.", "RunDetail")}});
  Json& perf = paths["/runs/{id}/perf"];
  perf["parameters"] = run_id;
  perf["get"] =
      operation("get_run_perf", "What perf printed, as it printed it; 404 where it printed nothing, with the reason.",
                {{"200", answer("perf's text.", content("text/plain", {{"type", "string"}, {"minLength", 1}}))}});
  put_profile_paths(paths);
  return paths;
}

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

Json comparison_paths() {
  Json paths;
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
                      content("application/problem+json", schema("ComparisonProblem")))}},
      std::move(parameters));
  return paths;
}

Json history_paths() {
  Json paths;
  Json parameters = Json::array({query_parameter("engine", "Of the configuration.", schema("EngineMode")),
                                 query_parameter("field_bytes", "Of the configuration.", {{"type", "integer"}, {"minimum", 1}}),
                                 query_parameter("threads", "Of the configuration.", {{"type", "integer"}, {"minimum", 1}})});
  for (Json& parameter : parameters) parameter["required"] = true;
  parameters.push_back(question_parameters()[0]);
  paths["/history"]["get"] = operation("get_history",
                                       "A configuration's figure over the experiments of this host, those of equal settings "
                                       "in one series, with the points at which its level changed.",
                                       {{"200", json_answer("The history.", "History")}}, parameters);
  paths["/history.csv"]["get"] =
      operation("get_history_csv", "The same as CSV, one line an experiment.",
                {{"200", answer("series, experiment_id, name, started_at, n, median, min, max, change_point_p.",
                                content("text/csv", {{"type", "string"}}))}},
                std::move(parameters));
  return paths;
}

Json system_paths() {
  Json paths;
  paths["/system"]["get"] = operation("get_system", "This machine: kernel, CPU, what perf can count here, versions.",
                                      {{"200", json_answer("The machine.", "System")}});
  paths["/healthz"]["get"] = operation(
      "get_health", "The daemon is alive; what is not well with it.", {{"200", json_answer("It is.", "Health")}});
  paths["/readyz"]["get"] = operation("get_readiness", "Whether this daemon can measure, check by check.",
                                      {{"200", json_answer("It can; degraded: with limits.", "Readiness")},
                                       {"503", json_answer("It cannot: why, and what to do.", "Readiness")}});
  paths["/metrics"]["get"] =
      operation("get_metrics", "For Prometheus: queue, runs by state, the last run of each engine, requests, the process.",
                {{"200", answer("Prometheus' text format.", content("text/plain", {{"type", "string"}, {"minLength", 1}}))}});
  paths["/openapi.json"]["get"] =
      operation("get_openapi", "This description.",
                {{"200", answer("OpenAPI 3.1.", content("application/json", {{"type", "object"}}))}});
  return paths;
}

}  // namespace

Json openapi_document() {
  Json document;
  document["openapi"] = "3.1.0";
  document["info"] = {
      {"title", "copybench"},
      {"version", copybench_version()},
      {"description",
       "Which way of sending is fastest on this machine, at this message size, and why. Times are UTC (RFC 3339), "
       "units are in the names, a figure that could not be measured is null. HEAD works where GET does. Bad input of "
       "any kind is "
       "answered 400 with every bad field in `errors`; a missing or wrong token 401, unknown paths 404, wrong methods 405, "
       "bodies over 1 MiB (or what the daemon was told) 413, changes asked for too often, and more event streams or "
       "connections at once than the daemon allows, 429 with Retry-After, "
       "other content types 415, foreign hosts 421, foreign origins 403, a full or failing disk 507: nothing new is taken "
       "until it passes."}};
  document["components"]["securitySchemes"]["token"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"description", "Asked for where the daemon was started with a token; not for the page, /healthz, /readyz and "
                      "/openapi.json, and with --public-read not for GET and HEAD. Refused with 401."}};
  document["security"] = Json::array({Json::object(), {{"token", Json::array()}}});  // either of them
  document["paths"] = Json::object();
  for (const Json& part : {experiments_paths(), results_paths(), comparison_paths(), history_paths(), system_paths()}) document["paths"].update(part);
  document["components"]["schemas"] = openapi_schemas();
  document["components"]["responses"]["Problem"] =
      answer("A problem (RFC 9457).", content("application/problem+json", schema("Problem")));
  return document;
}

}  // namespace copybench
