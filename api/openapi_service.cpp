// The service itself: its machine, its health, its metrics, its problems.
#include "api/openapi_parts.h"
#include "api/openapi_words.h"

namespace copybench::openapi {

void put_service_paths(Json& paths) {
  paths["/system"]["get"] = operation("get_system", "This machine: kernel, CPU, what perf can count here, versions.",
                                      {{"200", json_answer("The machine.", "System")}});
  paths["/healthz"]["get"] = operation(
      "get_health", "The daemon is alive; what is not well with it.", {{"200", json_answer("It is.", "Health")}});
  paths["/readyz"]["get"] = operation("get_readiness", "Whether this daemon can measure, check by check.",
                                      {{"200", json_answer("It can; degraded: with limits.", "Readiness")},
                                       {"503", json_answer("It cannot: why, and what to do.", "Readiness")}});
  paths["/metrics"]["get"] =
      operation("get_metrics", "For Prometheus: queue, runs by state, the last run of each engine, requests, the process.",
                {{"200", answer("Prometheus' text format.",
                                content("text/plain", {{"type", "string"}, {"minLength", 1}}))}});
  paths["/openapi.json"]["get"] =
      operation("get_openapi", "This description.",
                {{"200", answer("OpenAPI 3.1.", content("application/json", {{"type", "object"}}))}});
}

void put_service_schemas(Json& schemas) {
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
  const Json check = object({{"code", type("string")},
                             {"what", type("string")},
                             {"state", {{"enum", {"ok", "limited", "missing"}}}},
                             {"needed", described(type("boolean"), "Without it no run is possible.")},
                             {"note", described(type("boolean"), "A property to read the figures by: nothing to be mended.")},
                             {"detail", type("string")},
                             {"remedy", described(type_or_null("string"), "The command that mends it.")}});
  Json system = object({{"hostname", true},
                        {"kernel", true},
                        {"cpu", true},
                        {"perf", perf},
                        {"checks", list_of(check)},
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
                              {"store", object({{"last_write_error", or_null(error)},
                                                {"posts_refused_reason", type_or_null("string")}})},
                              {"scheduler", object({{"paused_reason", type_or_null("string")}})}});
  schemas["Readiness"] = object(
      {{"status", {{"enum", {"ready", "degraded", "not_ready"}}}},
       {"checks", list_of(object({{"code", described(type("string"), "store, disk, queue, or a check's of this machine.")},
                                  {"name", type("string")},
                                  {"ok", type("boolean")},
                                  {"needed", described(type("boolean"), "Without it nothing can be measured, or stored.")},
                                  {"reason", described(type_or_null("string"), "Why it is not well.")},
                                  {"remedy", described(type_or_null("string"), "What mends it.")},
                                  {"note", described(type_or_null("string"), "What was found, of a check that is well.")}}))}});
  schemas["Problem"] = object(
      {{"type", type("string")},
       {"title", type("string")},
       {"status", type("integer")},
       {"detail", type("string")},
       {"instance", described(type("string"), "Path and query of the request, as a URI reference.")},
       {"errors", field_errors()}});
}

}  // namespace copybench::openapi
