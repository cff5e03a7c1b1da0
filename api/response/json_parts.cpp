#include "api/response/json_parts.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace copybench {

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<UtcTime>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }

std::string experiment_path(ExperimentId id) { return fmt::format("/experiments/{}", id); }
std::string run_path(RunId id) { return fmt::format("/runs/{}", id); }

void put_configuration(Json& json, const Configuration& configuration) {
  json["engine"] = name_of(configuration.engine);
  json["field_bytes"] = configuration.field_bytes;
  json["message_bytes"] = configuration.message_bytes();
  json["threads"] = configuration.threads;
}

Json configuration_json(const Configuration& configuration) {
  Json json;
  put_configuration(json, configuration);
  return json;
}

Json page_json(Json items, const std::optional<int64_t>& next) {
  Json json;
  json["items"] = std::move(items);
  json["next"] = next ? Json(std::to_string(*next)) : Json(nullptr);
  return json;
}

}  // namespace copybench
