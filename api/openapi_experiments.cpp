// Experiments: queued, listed, changed, cancelled, taken elsewhere; how far they are.
#include <fmt/format.h>

#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "api/request_head.h"
#include "core/model/crossover.h"
#include "core/model/repeats.h"

namespace copybench::openapi {
namespace {

void put_crossover(Json& schemas) {
  const Json interval = object({{"low", type("integer")},
                                {"high", type("integer")},
                                {"coverage", type("number")},
                                {"method", type("string")}});
  const Json crossing = object({{"below", ref("EngineMode")},
                                {"above", ref("EngineMode")},
                                {"size_bytes", type("number")},
                                {"interval", interval}});
  const Json size = object(
      {{"field_bytes", type("integer")},
       {"pairs", type("integer")},
       {"failed_pairs", type("integer")},
       {"ratio", described(type_or_null("number"), "First engine / second: geometric mean over the pairs.")},
       {"ci95", described(or_null(ref("Interval")), "Of the ratio, for this size alone.")},
       {"p", described(type_or_null("number"), "Of the verdict, corrected for all looks and sizes of the search.")},
       {"verdict",
        described(name_schema<SizeVerdict>(), fmt::format("no_difference: none significant in {} pairs.", kMaxPairs))},
       {"better", or_null(ref("EngineMode"))}});
  schemas["Crossover"] = described(
      object({{"state", described(name_schema<CrossoverState>(),
                                  "none: one engine is better at all sizes; undecided: at some neither is significantly.")},
              {"of", list_of(ref("EngineMode"))},
              {"metric", type("string")},
              {"confidence", described(type("number"), "That no verdict of the path is wrong.")},
              {"size_bytes", described(type_or_null("number"), "Size of a field at the one crossing; null unless found.")},
              {"interval", or_null(interval)},
              {"crossings", list_of(crossing)},
              {"path", described(list_of(size), "By size; grows while the search goes on.")},
              {"answer", described(type("string"), "In words.")}}),
      "What a search has found by now; null in a sweep.");
}

}  // namespace

void put_experiment_paths(Json& paths) {
  Json create = operation(
      "create_experiment", "Queue an experiment.",
      {{"200", json_answer("With dry_run: what would be run; nothing was queued.", "Plan")},
       {"503", answer("The queue is full (max-queued), or the store takes nothing; Retry-After says when to come again.",
                      content("application/problem+json", ref("Problem")))},
       {"202",
        json_answer("Queued. With an Idempotency-Key that was used before: the answer given then.", "Experiment")},
       {"422", answer("The Idempotency-Key came with another request before.",
                      content("application/problem+json", ref("Problem")))}},
      Json::array(
          {query_parameter("dry_run", "1: validate and expand, but queue nothing.",
                           {{"type", "string"}, {"enum", {"1", "true", "0", "false"}}, {"default", "0"}}),
           header_parameter("Idempotency-Key",
                            "Repeating a request under its key returns the first answer and queues nothing, also when that "
                            "experiment was deleted since. The "
                            "same key with another request is refused (422). Kept for 7 days.",
                            {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"pattern", "^[ -~]+$"}})}));
  create["responses"]["202"]["headers"] = {
      {"Location", {{"description", "The experiment."}, {"required", true}, {"schema", {{"type", "string"}}}}}};
  create["requestBody"] = {{"required", true},
                           {"description", fmt::format("At most {} bytes, without Transfer-Encoding (411) and "
                                                       "Content-Encoding (415).",
                                                       kMaxBodyBytes)},
                           {"content", content("application/json", ref("ExperimentRequest"))}};
  paths["/experiments/validate"]["post"] =
      operation("validate_experiment",
                "Judge a request and queue nothing; for forms, which are wrong while they are filled in.",
                {{"200", json_answer("Whether it would be queued, and what would be run; 400 for what is no JSON object.",
                                     "Validation")}});
  paths["/experiments/validate"]["post"]["requestBody"] = create["requestBody"];
  Json list_parameters = page_parameters();
  list_parameters.push_back(query_parameter("tag", "Those alone that have this tag.", {{"type", "string"}}));
  paths["/experiments"] = {{"get", operation("list_experiments",
                                             "All experiments, newest first. A page of very large ones ends before the limit.",
                                             {{"200", json_answer("One page.", "ExperimentPage")}}, list_parameters)},
                           {"post", std::move(create)}};

  const Json id = id_parameter("The experiment's id.");
  Json& one = paths["/experiments/{id}"];
  one["parameters"] = id;
  one["get"] = operation("get_experiment", "One experiment: state, spec as expanded, progress, circumstances.",
                         {{"200", json_answer("The experiment.", "ExperimentDetail")}});
  one["patch"] = operation("change_experiment", "Change the name, notes, tags or pin of an experiment, in any state of it.",
                           {{"200", json_answer("The experiment as it is now.", "Experiment")}});
  one["patch"]["requestBody"] = {{"required", true},
                                 {"content", content("application/merge-patch+json", ref("ExperimentChange"))}};
  one["patch"]["requestBody"]["content"].update(content("application/json", ref("ExperimentChange")));
  one["delete"] = operation("delete_experiment", "Delete an experiment with its runs; 409 while it is running or pinned.",
                            {{"204", {{"description", "Deleted."}}}});
  Json& exported = paths["/experiments/{id}/export.ndjson"];
  exported["parameters"] = id;
  exported["get"] = operation(
      "export_experiment", "An experiment that has ended, with all its runs, as one file for another machine; else 409.",
      {{"200", answer("Lines of JSON: a head with the host's identity, experiment, circumstances, each run with its "
                      "evidence and perf's text, and an end with counts and a digest.",
                      content("application/x-ndjson", {{"type", "string"}}))}});
  Json import = operation("import_experiment", "Take in an experiment that was exported. It is never measured here.",
                          {{"200", json_answer("Its runs were imported before: that experiment, unchanged.", "Experiment")},
                           {"201", json_answer("Imported, with an id of its own and its origin.", "Experiment")}});
  for (const char* status : {"200", "201"}) {
    import["responses"][status]["headers"] = {
        {"Location", {{"description", "The experiment."}, {"required", true}, {"schema", {{"type", "string"}}}}}};
  }
  import["requestBody"] = {{"required", true},
                           {"description", fmt::format("What export.ndjson gave, at most {} bytes; `copybenchd import` "
                                                       "takes larger ones. All of it is judged before anything is stored.",
                                                       kMaxImportBytes)},
                           {"content", content("application/x-ndjson", {{"type", "string"}})}};
  paths["/experiments/import"]["post"] = std::move(import);
  Json& cancel = paths["/experiments/{id}/cancel"];
  cancel["parameters"] = id;
  cancel["post"] = operation(
      "cancel_experiment", "Cancel what is left of an experiment; what was measured stays. Idempotent; needs no body.",
      {{"200", json_answer("It has ended: cancelled, or as it was before.", "Experiment")},
       {"202", json_answer("Its running measurement is being ended, within a second.", "Experiment")}});
}

void put_experiment_schemas(Json& schemas) {
  schemas["Progress"] = object(
      {{"runs_done", described(type("integer"),
                               "Runs that have ended, whatever way: runs_completed + runs_failed + runs_cancelled.")},
       {"runs_completed", described(type("integer"), "Measured, with figures; part of runs_done.")},
       {"runs_failed", described(type("integer"), "Failed or timed out; part of runs_done.")},
       {"runs_cancelled", described(type("integer"), "Cancelled, also before they began; part of runs_done.")},
       {"runs_total", described(type("integer"), "Runs planned so far; one that is measured again counts once.")},
       {"runs_at_most", described(type("integer"), "With those that may follow from results.")},
       {"eta_s",
        described(type_or_null("number"), "Seconds until its end, by the durations of what is queued up to it.")},
       {"eta_max_s", described(type_or_null("number"), "The same with all runs that may follow from results.")},
       {"repeats", or_null(ref("Repeats"))},
       {"crossover", or_null(ref("Crossover"))},
       {"queue_position",
        described(type_or_null("integer"), "Experiments before it; 0: its turn; null: it has ended.")},
       {"paused_reason",
        described(type_or_null("string"),
                  "Why nothing is measured although it waits: a full disk, say. Measuring goes on by itself.")},
       {"current", or_null(object(joined(
                       {{"run_id", type("integer")}},
                       joined(configuration(), {{"repetition", type("integer")},
                                                {"kind", name_schema<RunKind>()},
                                                {"started_at", time_or_null()}}))))}});
  put_crossover(schemas);
  schemas["Repeats"] = described(
      object({{"state", described(name_schema<RepeatState>(),
                                  "interval_reached where all configurations are; else the worst of theirs, given_up being "
                                  "worse than cap_reached.")},
              {"configurations", type("integer")},
              {"interval_reached", type("integer")},
              {"cap_reached", type("integer")},
              {"given_up", described(type("integer"),
                                     fmt::format("Configurations with {} failures in a row.", kFailuresToGiveUp))}}),
      "How far repetitions until an interval are; null where their number is fixed.");
  const Properties experiment{{"id", type("integer")},
                              {"name", type("string")},
                              {"state", name_schema<ExperimentState>()},
                              {"created_at", time()},
                              {"started_at", time_or_null()},
                              {"finished_at", time_or_null()},
                              {"reason", described(type_or_null("string"), "Why it failed.")},
                              {"notes", type("string")},
                              {"tags", list_of(type("string"))},
                              {"pinned", described(type("boolean"), "Neither deleted nor removed by retention.")},
                              {"origin", described(or_null(object({{"host", type("string")},
                                                                   {"machine_id", type_or_null("string")},
                                                                   {"copybench", type("string")},
                                                                   {"experiment_id", type("integer")},
                                                                   {"exported_at", time()},
                                                                   {"imported_at", time_or_null()}})),
                                                   "Of an imported one: where it was measured; null: here.")},
                              {"damaged", described(type_or_null("string"),
                                                    "Why what is stored of it cannot be read. Then its spec is empty, nothing "
                                                    "is computed of it (503), and it can be deleted.")},
                              {"runs_total", described(type("integer"), "Planned so far.")},
                              {"runs_at_most", described(type("integer"), "With those that may follow from results.")},
                              {"estimated_duration_s", type("number")},
                              {"estimated_duration_max_s", described(type("number"), "Of runs_at_most.")},
                              {"progress", ref("Progress")},
                              {"spec", ref("Spec")},
                              {"links", links({"self", "runs", "csv", "summary", "events", "export", "circumstances",
                                               "page"})}};
  schemas["Experiment"] = object(experiment);
  schemas["ExperimentDetail"] = object(
      joined(experiment, {{"circumstances", described(or_null(ref("Circumstances")),
                                                      "Null before its first run.")}}));
  const Json next = described(type_or_null("string"), "The next page's cursor; null on the last page.");
  schemas["ExperimentPage"] = object({{"items", list_of(ref("Experiment"))}, {"next", next}});
  schemas["RunPage"] = object({{"items", list_of(ref("Run"))}, {"next", next}});
  schemas["Plan"] =
      object({{"dry_run", {{"const", true}}},
              {"name", type("string")},
              {"runs_total", type("integer")},
              {"runs_at_most", described(type("integer"), "With those that may follow from results.")},
              {"estimated_duration_s", type("number")},
              {"estimated_duration_max_s", described(type("number"), "Of runs_at_most.")},
              {"spec", ref("Spec")},
              {"runs", described(list_of(object(joined(configuration(), {{"repetition", type("integer")},
                                                                         {"kind", name_schema<RunKind>()}}))),
                                 "In the order of measurement.")},
              {"warnings", described(field_errors(),
                                     "What does not stand in the way, such as an event that perf does not know; and, with "
                                     "an empty pointer, that the queue is full now.")}});
  schemas["Validation"] = object({{"valid", type("boolean")},
                                  {"errors", described(field_errors(), "As in a Problem; empty where valid.")},
                                  {"plan", or_null(ref("Plan"))}});
}

}  // namespace copybench::openapi
