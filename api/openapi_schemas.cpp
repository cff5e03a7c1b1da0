#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/decode.h"
#include "api/openapi.h"
#include "api/zerocopy_label.h"
#include "core/model/calibration.h"
#include "core/model/circumstances.h"
#include "core/model/copy_share.h"
#include "core/model/crossover.h"
#include "core/model/experiment_comparison.h"
#include "core/model/figures.h"
#include "core/model/names.h"
#include "core/model/plan.h"
#include "core/model/repeats.h"
#include "core/model/run_flag.h"
#include "core/model/statistics.h"

namespace copybench {
namespace {

using std::string_view;
using Properties = std::vector<std::pair<std::string, Json>>;

Json ref(string_view name) { return {{"$ref", fmt::format("#/components/schemas/{}", name)}}; }
Json type(string_view name) { return {{"type", name}}; }
Json type_or_null(string_view name) { return {{"type", {name, "null"}}}; }
Json described(Json schema, string_view text) {
  schema["description"] = text;
  return schema;
}
Json time_or_null() { return {{"type", {"string", "null"}}, {"format", "date-time"}}; }
Json time() { return {{"type", "string"}, {"format", "date-time"}}; }
Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json or_null(Json schema) { return {{"anyOf", Json::array({std::move(schema), type("null")})}}; }
Json integer(int64_t minimum, int64_t maximum) {
  return {{"type", "integer"}, {"minimum", minimum}, {"maximum", maximum}};
}
Json number(double minimum, double maximum) { return {{"type", "number"}, {"minimum", minimum}, {"maximum", maximum}}; }

template <typename E>
Json name_schema() {
  Json json = type("string");
  for (const string_view name : names<E>()) json["enum"].push_back(name);
  return json;
}

// What an answer has: all of these and nothing else.
Json object(const Properties& properties) {
  Json json = type("object");
  json["properties"] = Json::object();
  json["required"] = Json::array();
  for (const auto& [name, schema] : properties) {
    json["properties"][name] = schema;
    json["required"].push_back(name);
  }
  json["additionalProperties"] = false;
  return json;
}

Properties joined(Properties first, const Properties& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Json field_errors() {
  return list_of(object({{"pointer", described(type("string"),
                                               "JSON pointer into the body; ?name for a query parameter, Name: for a header.")},
                         {"detail", described(type("string"), "What was wrong, and what is allowed.")}}));
}

Json links(std::initializer_list<const char*> names_of_links) {
  Properties properties;
  for (const char* name : names_of_links) properties.emplace_back(name, type("string"));
  return object(properties);
}

Json request_list(Json items) {
  Json json = list_of(std::move(items));
  json["minItems"] = 1;
  json["uniqueItems"] = true;
  return json;
}

Json cpus() {
  return {{"anyOf", Json::array({{{"enum", {"auto", "none"}}},
                                 request_list({{"type", "integer"}, {"minimum", 0}}),
                                 {{"type", "string"}, {"pattern", "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$"}}})},
          {"description", "auto: one half of the allowed CPUs; none: not pinned; else CPU numbers."}};
}

// What people write on an experiment, as a request gives it.
Properties annotation_properties(bool nullable) {
  using Limits = AnnotationLimits;
  const auto of_type = [&](const char* name) { return nullable ? type_or_null(name) : type(name); };
  Json notes = of_type("string");
  notes["maxLength"] = Limits::kMaxNotesBytes;
  Json tags = of_type("array");
  tags["items"] = {{"type", "string"}, {"minLength", 1}, {"maxLength", Limits::kMaxTagBytes}, {"pattern", "^[^ ,]([^,]*[^ ,])?$"}};
  tags["maxItems"] = Limits::kMaxTags;
  tags["uniqueItems"] = true;
  return {{"name", {{"type", "string"}, {"minLength", 1}, {"maxLength", Limits::kMaxNameBytes}}},
          {"notes", described(std::move(notes), "Free text; lengths here and below are bytes of UTF-8.")},
          {"tags", std::move(tags)},
          {"pinned", described(of_type("boolean"), "Neither deleted nor removed by retention.")}};
}

Json change_schema() {
  Json json = object(annotation_properties(true));
  json.erase("required");
  json["description"] = "What is given is changed; null empties.";
  return json;
}

Json repetitions_schema(bool of_spec) {
  Json until = object({{"until_ci_pct", number(Limits::kMinCiPct, Limits::kMaxCiPct)},
                       {"min", integer(1, Limits::kMaxRepetitions)},
                       {"max", integer(static_cast<int64_t>(kMedianIntervalNeeds), Limits::kMaxRepetitions)}});
  if (!of_spec) until["required"] = {"until_ci_pct"};
  return {{"anyOf", Json::array({integer(1, Limits::kMaxRepetitions), std::move(until)})},
          {"description",
           "A number; or, for each configuration, until the 95 % interval of its median throughput is narrower than "
           "until_ci_pct percent of that median, with at least min (5) and at most max (30) runs."}};
}

Json metric_schema() {
  Json json = type("string");
  for (const FigureColumn& column : figure_columns()) {
    if (column.better != Better::neither) json["enum"].push_back(column.name);
  }
  return json;
}

Json request_schema() {
  Json preset{{"type", {"string", "null"}}, {"enum", preset_names()}};
  preset["enum"].push_back(nullptr);
  const Json range = object({{"from", integer(Limits::kMinFieldBytes, Limits::kMaxFieldBytes)},
                             {"to", integer(Limits::kMinFieldBytes, Limits::kMaxFieldBytes)}});
  const Properties properties{
      {"preset", described(std::move(preset),
                           "Fills in what is not given. Without one, engines, field_sizes and threads "
                           "are required.")},
      {"find", described(name_schema<Find>(),
                         "A search instead of a sweep: the field size at which the better of two engines changes. It takes "
                         "of, metric and a range of field_sizes, one value of threads, and neither preset, engines nor "
                         "repetitions.")},
      {"of", described(request_list(ref("EngineMode")), "The two engines of a search.")},
      {"metric", described(metric_schema(), "The figure by which a search compares; default: throughput_gbps.")},
      {"engines", request_list(ref("EngineMode"))},
      {"field_sizes",
       described({{"anyOf", Json::array({request_list(integer(Limits::kMinFieldBytes, Limits::kMaxFieldBytes)), range})}},
                 fmt::format("Bytes; a message is {} fields. A range is for a search.", kFieldsPerMessage))},
      {"threads", request_list(integer(1, Limits::kMaxThreads))},
      {"duration_s", number(Limits::kMinDurationS, Limits::kMaxDurationS)},
      {"warmup_s", number(0, Limits::kMaxWarmupS)},
      {"repetitions", repetitions_schema(false)},
      {"order", described(name_schema<Order>(), "shuffled: repetitions interleaved over all configurations.")},
      {"seed", integer(0, Limits::kMaxSeed)},
      {"pattern", name_schema<Pattern>()},
      {"receive", name_schema<Receive>()},
      {"messages_per_s", described({{"type", {"number", "null"}},
                                    {"minimum", Limits::kMinMessagesPerS},
                                    {"maximum", Limits::kMaxMessagesPerS}},
                                   "request_response only: over all connections, asked for when they are due, whatever the "
                                   "answers do; latency counts from then. Null or absent: one after the other.")},
      {"tcp_nodelay", described(type("boolean"), "Default: off for stream, on for request_response.")},
      {"socket_buffer_bytes", described({{"type", {"integer", "null"}},
                                         {"minimum", Limits::kMinSocketBufferBytes},
                                         {"maximum", Limits::kMaxSocketBufferBytes}},
                                        "Of both ends; null or absent: the kernel's autotuning.")},
      {"server_cpus", cpus()},
      {"client_cpus", cpus()},
      {"events", described(request_list(type("string")), "Events as perf names them.")},
      {"profile", described(type("boolean"),
                            "One more run of each configuration under perf record, not counted in the figures: it shows "
                            "where the cycles go.")},
  };
  Json json = object(joined(annotation_properties(false), properties));
  json.erase("required");
  json["properties"]["events"]["maxItems"] = Limits::kMaxEvents;
  return json;
}

Json spec_schema() {
  const Json listed = {{"anyOf", Json::array({{{"enum", {"auto", "none"}}}, list_of(type("integer"))})}};
  const Json range = object({{"from", type("integer")}, {"to", type("integer")}});
  Json spec = object({{"name", type("string")},
                 {"preset", type_or_null("string")},
                 {"find", name_schema<Find>()},
                 {"of", list_of(ref("EngineMode"))},
                 {"metric", type("string")},
                 {"engines", list_of(ref("EngineMode"))},
                 {"field_sizes", {{"anyOf", Json::array({list_of(type("integer")), range})}}},
                 {"threads", list_of(type("integer"))},
                 {"duration_s", type("number")},
                 {"warmup_s", type("number")},
                 {"repetitions", repetitions_schema(true)},
                 {"order", name_schema<Order>()},
                 {"seed", type("integer")},
                 {"pattern", name_schema<Pattern>()},
                 {"receive", name_schema<Receive>()},
                 {"messages_per_s", type_or_null("number")},
                 {"tcp_nodelay", type("boolean")},
                 {"socket_buffer_bytes", type_or_null("integer")},
                 {"server_cpus", listed},
                 {"client_cpus", listed},
                 {"events", list_of(type("string"))},
                 {"profile", type("boolean")}});
  // A sweep has engines and repetitions, a search has find, of and metric.
  std::erase_if(spec["required"].get_ref<Json::array_t&>(), [](const Json& key) {
    return key == "find" || key == "of" || key == "metric" || key == "engines" || key == "repetitions";
  });
  return spec;
}

const Properties& configuration() {
  static const Properties properties{{"engine", ref("EngineMode")},
                                     {"field_bytes", type("integer")},
                                     {"message_bytes", type("integer")},
                                     {"threads", type("integer")}};
  return properties;
}

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

void put_experiments(Json& schemas) {
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
        described(type_or_null("string"), "Why nothing is measured although it waits: a full disk, say. Measuring goes on by itself.")},
       {"current", or_null(object(joined(
                       {{"run_id", type("integer")}},
                       joined(configuration(), {{"repetition", type("integer")}, {"kind", name_schema<RunKind>()}, {"started_at", time_or_null()}}))))}});
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
                              {"runs_total", described(type("integer"), "Planned so far.")},
                              {"runs_at_most", described(type("integer"), "With those that may follow from results.")},
                              {"estimated_duration_s", type("number")},
                              {"estimated_duration_max_s", described(type("number"), "Of runs_at_most.")},
                              {"progress", ref("Progress")},
                              {"spec", ref("Spec")},
                              {"links", links({"self", "runs", "csv", "summary", "events", "export", "circumstances", "page"})}};
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
              {"runs", described(list_of(object(joined(configuration(), {{"repetition", type("integer")}, {"kind", name_schema<RunKind>()}}))),
                                 "In the order of measurement.")},
              {"warnings", described(field_errors(), "What does not stand in the way, such as an event that perf does not know.")}});
  schemas["Validation"] = object({{"valid", type("boolean")},
                                  {"errors", described(field_errors(), "As in a Problem; empty where valid.")},
                                  {"plan", or_null(ref("Plan"))}});
}

void put_profiles(Json& schemas) {
  const Json symbols = list_of(object({{"symbol", type("string")}, {"samples", type("integer")}}));
  const Json part = object({{"share", described(type("number"), "Of the busy samples, 0 to 1.")},
                            {"samples", type("integer")},
                            {"symbols", described(symbols, "The functions that copied, most samples first.")}});
  Properties share{{"busy_samples", type("integer")}, {"total", type("number")}};
  for (const std::string_view name : names<CopyKind>()) share.emplace_back(name, part);
  const Properties profile = joined(
      joined({{"run_id", type("integer")}}, configuration()),
      {{"event", described(type("string"), "cycles, or cpu-clock where the machine cannot sample cycles.")},
       {"frequency_hz", type("integer")},
       {"scope", described({{"enum", {"machine", "processes"}}},
                           "processes: engine and load alone were sampled; ksoftirqd is not seen then.")},
       {"samples", object({{"engine", type("integer")},
                           {"load", type("integer")},
                           {"kernel", type("integer")},
                           {"others", type("integer")},
                           {"idle", type("integer")}})},
       {"copy_share", described(or_null(object(share)), "null: see reason. busy_samples: engine + load + kernel.")},
       {"reason", type_or_null("string")},
       {"links", links({"run", "stacks", "flamegraph"})}});
  const Json rules = described(list_of(object({{"copy", name_schema<CopyKind>()},
                                               {"root", type("string")},
                                               {"leaf", type("string")},
                                               {"caller", type("string")},
                                               {"meaning", type("string")}})),
                               "How a stack is told to be a copy: patterns for its root, its leaf and one of the callers.");
  schemas["Profile"] = object(profile);
  schemas["ProfileDetail"] = object(joined(profile, {{"rules", rules}}));
  schemas["Profiles"] = object({{"experiment_id", type("integer")},
                                {"items", list_of(ref("Profile"))},
                                {"words", list_of(object({{"field_bytes", type("integer")},
                                                          {"message_bytes", type("integer")},
                                                          {"threads", type("integer")},
                                                          {"sentences", list_of(type("string"))}}))},
                                {"rules", rules}});
}

void put_runs(Json& schemas) {
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
  for (const string_view name : kZerocopyLabels) label["enum"].push_back(name);
  label["enum"].push_back(nullptr);
  const Json flag = object({{"kind", name_schema<FlagKind>()}, {"detail", described(type("string"), "A sentence.")}});
  const Json counts{{"type", "object"}, {"additionalProperties", type_or_null("number")}};
  const Json reasons{{"type", "object"}, {"additionalProperties", type("string")}};
  run = joined(std::move(run), {{"kind", name_schema<RunKind>()},
                                {"zerocopy", std::move(label)},
                                {"flags", described(list_of(flag), "What makes the figures doubtful.")},
                                {"counters", described(counts, "Of each event that was asked for and is no figure: its "
                                                               "count in the window, by the name it was asked by.")},
                                {"missing", described(reasons,
                                                      "For every figure and counter that is null: why. In lists and "
                                                      "events of completed runs only; else state and reason say it.")},
                                {"started_at", time_or_null()},
                                {"finished_at", time_or_null()},
                                {"reason", described(type_or_null("string"), "Why it did not complete.")},
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

void put_circumstances(Json& schemas) {
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
                                "0.05 and the interval lies wholly beyond the minimum effect.")},
          {"repetitions_needed", described(type_or_null("integer"), "With too few repetitions: how many it takes at least.")},
          {"detail", described(type("string"), "The verdict in words.")}};
}

Properties comparison_cell() {
  return {{"field_bytes", type("integer")}, {"message_bytes", type("integer")}, {"threads", type("integer")}};
}

void put_comparisons(Json& schemas) {
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
              {"class", described(type("string"), "request, or the class of the circumstance: host, kernel, settings, binary.")},
              {"base", true},
              {"head", true},
              {"refused", described(type("boolean"), "Not compared without allow_differences.")}});
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
                                  {"configurations", list_of(object(joined(configuration, comparison_result())))},
                                  {"only_base", list_of(object(configuration))},
                                  {"only_head", list_of(object(configuration))},
                                  {"links", links({"page"})}});
  schemas["ComparisonProblem"] = schemas["Problem"];
  schemas["ComparisonProblem"]["properties"]["comparison"] = ref("Comparison");
  schemas["ComparisonProblem"]["required"].push_back("comparison");
  const Json pair = object(joined({{"base_engine", ref("EngineMode")}, {"head_engine", ref("EngineMode")}}, comparison_result()));
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

void put_history(Json& schemas) {
  const Json point = object({{"experiment_id", type("integer")},
                             {"name", type("string")},
                             {"started_at", time_or_null()},
                             {"n", described(type("integer"), "Runs.")},
                             {"median", type("number")},
                             {"min", type("number")},
                             {"max", type("number")}});
  const Json change =
      object({{"experiment_id", described(type("integer"), "With which the new level begins.")},
              {"previous_experiment_id", type("integer")},
              {"before", described(type("number"), "Median of the level.")},
              {"after", type("number")},
              {"ratio", type_or_null("number")},
              {"p", type("number")},
              {"differences", described(list_of(type("object")), "Circumstances that changed there, as in /circumstances/diff.")}});
  schemas["History"] = object(joined(
      configuration(),
      {{"metric", type("string")},
       {"better", {{"enum", {"higher", "lower"}}}},
       {"method", type("string")},
       {"other_hosts", described(type("integer"), "Experiments of other machines than this one, left out.")},
       {"series", list_of(object({{"settings", described(type("object"), "What its experiments have in common, as in Spec.")},
                                  {"points", list_of(point)},
                                  {"change_points", list_of(change)}}))}}));
}

void put_system(Json& schemas) {
  const Json event =
      object({{"event", type("string")}, {"works", type("boolean")}, {"reason", type_or_null("string")}});
  const Json perf =
      object({{"state", described({{"enum", {"probing", "ready"}}}, "probing: not known yet, and the rest is null.")},
              {"usable", type_or_null("boolean")},
              {"path", type_or_null("string")},
              {"version", type_or_null("string")},
              {"reason", described(type_or_null("string"), "Why it is not usable.")},
              {"remedy", described(type_or_null("string"), "The command that mends it.")},
              {"events", or_null(list_of(event))}});
  Json system = object({{"hostname", true},
                        {"kernel", true},
                        {"cpu", true},
                        {"perf", perf},
                        {"versions", object({{"copybench", type("string")},
                                             {"compiler", type("string")},
                                             {"sqlite", type("string")},
                                             {"httplib", type("string")},
                                             {"perf", type_or_null("string")}})}});
  system["additionalProperties"] = true;
  system["description"] = "Facts that could not be read are null.";
  schemas["System"] = std::move(system);

  const Json error = object({{"kind", type("string")}, {"message", type("string")}});
  schemas["Health"] = object({{"status", {{"enum", {"ok", "degraded"}}}},
                              {"version", type("string")},
                              {"uptime_s", {{"type", "number"}, {"minimum", 0}}},
                              {"store", object({{"last_write_error", or_null(error)}, {"posts_refused_reason", type_or_null("string")}})},
                              {"scheduler", object({{"paused_reason", type_or_null("string")}})}});
  schemas["Readiness"] = object(
      {{"status", {{"enum", {"ready", "degraded", "not_ready"}}}},
       {"checks", list_of(object({{"name", {{"enum", {"store", "disk", "queue", "perf", "locked_memory"}}}},
                                  {"ok", type("boolean")},
                                  {"needed", described(type("boolean"), "Without it nothing can be measured, or stored.")},
                                  {"reason", described(type_or_null("string"), "Why it is not well.")},
                                  {"remedy", described(type_or_null("string"), "What mends it.")}}))}});
  schemas["Problem"] = object(
      {{"type", type("string")},
       {"title", type("string")},
       {"status", type("integer")},
       {"detail", type("string")},
       {"instance", described(type("string"), "The path of the request.")},
       {"errors", field_errors()}});
}

}  // namespace

Json openapi_schemas() {
  Json schemas;
  schemas["EngineMode"] = name_schema<EngineMode>();
  schemas["ExperimentRequest"] = request_schema();
  schemas["ExperimentChange"] = change_schema();
  schemas["Spec"] = spec_schema();
  put_experiments(schemas);
  put_profiles(schemas);
  put_runs(schemas);
  put_circumstances(schemas);
  put_system(schemas);
  put_comparisons(schemas);
  put_history(schemas);
  return schemas;
}

}  // namespace copybench
