#include <utility>

#include "api/api.h"
#include "api/openapi.h"
#include "api/versions.h"
#include "core/host/system_facts.h"

namespace copybench {
namespace {

std::string_view name_of_kind(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::full:
      return "full";
    case StoreError::Kind::io:
      return "io";
    case StoreError::Kind::corrupt:
      return "corrupt";
    case StoreError::Kind::newer:
      return "newer";
    case StoreError::Kind::locked:
      return "locked";
    case StoreError::Kind::not_found:
      return "not_found";
    case StoreError::Kind::conflict:
      return "conflict";
  }
  return "unknown";
}

}  // namespace

Reply Api::get_system(const Call&) {
  Json json = system_facts();
  json["perf"] = context_.perf.report();
  json["versions"] = versions();
  const std::string perf = context_.perf.version();
  json["versions"]["perf"] = perf.empty() ? Json(nullptr) : Json(perf);
  return json_response(200, json);
}

Reply Api::get_health(const Call&) {
  const auto write_error = context_.store.last_write_error();
  const auto paused = context_.scheduler.paused_reason();
  const bool well = !write_error && !paused;
  Json store;
  store["last_write_error"] = nullptr;
  if (write_error) {
    store["last_write_error"] = {{"kind", name_of_kind(write_error->kind)}, {"message", write_error->message}};
  }
  Json json;
  json["status"] = well ? "ok" : "degraded";
  json["store"] = std::move(store);
  json["scheduler"] = {{"paused_reason", paused ? Json(*paused) : Json(nullptr)}};
  return json_response(well ? 200 : 503, json);
}

Reply Api::get_openapi(const Call&) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers = {{"Cache-Control", "no-cache"}};
  response.body = openapi_;
  return response;
}

}  // namespace copybench
