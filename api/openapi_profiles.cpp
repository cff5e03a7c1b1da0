// Profiles: where the cycles went.
#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "core/model/copy_share.h"

namespace copybench::openapi {

void put_profile_paths(Json& paths) {
  Json& list = paths["/experiments/{id}/profiles"];
  list["parameters"] = id_parameter("The experiment's id.");
  list["get"] = operation("list_profiles",
                          "Where the cycles went: a profile of each configuration, and the copies in words.",
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
  graph["get"] =
      operation("get_run_flamegraph", "The stacks as a flame graph.",
                {{"200", answer("SVG without scripts.", content("image/svg+xml", {{"type", "string"}}))}},
                Json::array({query_parameter("base_run", "Another run of kind profile: colours show what differs from it.",
                                             {{"type", "integer"}, {"minimum", 1}})}));
}

void put_profile_schemas(Json& schemas) {
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
       {"flags", ref("Flags")},
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

}  // namespace copybench::openapi
