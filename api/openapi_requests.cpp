// What an experiment is asked for by, what of it is changed, and the spec that it becomes.
#include <fmt/format.h>

#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "core/model/annotations.h"
#include "core/model/figures.h"
#include "core/model/plan.h"
#include "core/model/statistics.h"

namespace copybench::openapi {
namespace {

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
  tags["items"] = {{"type", "string"}, {"minLength", 1}, {"maxLength", Limits::kMaxTagBytes},
                   {"pattern", "^[^ ,]([^,]*[^ ,])?$"}};
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

}  // namespace

void put_request_schemas(Json& schemas) {
  schemas["ExperimentRequest"] = request_schema();
  schemas["ExperimentChange"] = change_schema();
  schemas["Spec"] = spec_schema();
}

}  // namespace copybench::openapi
