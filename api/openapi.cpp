#include "api/openapi.h"

#include "api/openapi_parts.h"
#include "api/openapi_words.h"
#include "api/versions.h"

namespace copybench {
namespace openapi {
namespace {

Json all_paths() {
  Json all;
  put_experiment_paths(all);
  put_result_paths(all);
  put_circumstance_paths(all);
  put_run_paths(all);
  put_profile_paths(all);
  put_comparison_paths(all);
  put_history_paths(all);
  put_service_paths(all);
  return all;
}

Json all_schemas() {
  Json all;
  all["EngineMode"] = name_schema<EngineMode>();
  put_request_schemas(all);
  put_experiment_schemas(all);
  put_profile_schemas(all);
  put_run_schemas(all);
  put_circumstance_schemas(all);
  put_service_schemas(all);
  put_comparison_schemas(all);
  put_history_schemas(all);
  return all;
}

}  // namespace
}  // namespace openapi

Json openapi_document() {
  Json document;
  document["openapi"] = "3.1.0";
  document["info"] = {
      {"title", "copybench"},
      {"version", copybench_version()},
      {"description",
       "Which way of sending is fastest on this machine, at this message size, and why. Times are UTC (RFC 3339), "
       "units are in the names, a figure that could not be measured is null. HEAD works where GET does. Bad input of "
       "any kind is answered 400 with every bad field in `errors` (of an import, the first line that is wrong, in "
       "`detail`); a missing or wrong token 401, unknown paths 404, wrong methods 405, "
       "bodies over 1 MiB (or what the daemon was told) 413, changes asked for too often, and more event streams or "
       "connections at once than the daemon allows, 429 with Retry-After, "
       "other content types 415, foreign hosts 421, foreign origins 403, a full or failing disk 507: nothing new is taken "
       "until it passes; a database that is damaged, or whose files were removed or replaced, 503."}};
  document["components"]["securitySchemes"]["token"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"description", "Asked for where the daemon was started with a token; not for the page, /healthz, /readyz and "
                      "/openapi.json, and with --public-read not for GET and HEAD. Refused with 401."}};
  document["security"] = Json::array({Json::object(), {{"token", Json::array()}}});  // either of them
  document["paths"] = openapi::all_paths();
  document["components"]["schemas"] = openapi::all_schemas();
  document["components"]["responses"]["Problem"] =
      openapi::answer("A problem (RFC 9457).", openapi::content("application/problem+json", openapi::ref("Problem")));
  return document;
}

}  // namespace copybench
