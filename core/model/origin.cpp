#include "core/model/origin.h"

#include <algorithm>

#include "core/model/json_shape.h"
#include "core/model/text.h"

namespace copybench {
namespace {

constexpr size_t kMaxTextBytes = 200;

std::optional<std::string> text_from(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  const auto code_points = decode_utf8(text);
  if (text.size() > kMaxTextBytes || !code_points) return std::nullopt;
  if (std::any_of(code_points->begin(), code_points->end(), is_control_character)) return std::nullopt;
  return text;
}

}  // namespace

std::optional<UtcTime> time_from_json(const Json& milliseconds) {
  constexpr int64_t kYear10000Ms = 253'402'300'800'000;
  const auto value = whole_of(milliseconds);
  if (!value || *value < 0 || *value >= kYear10000Ms) return std::nullopt;
  return UtcTime(std::chrono::milliseconds(*value));
}

Json to_json(const Origin& origin) {
  const auto milliseconds = [](UtcTime time) { return time.time_since_epoch().count(); };
  Json json;
  json["host"] = origin.host;
  json["machine_id"] = or_null(origin.machine_id);
  json["copybench"] = origin.copybench;
  json["experiment_id"] = origin.experiment_id;
  json["exported_at_ms"] = milliseconds(origin.exported_at);
  json["imported_at_ms"] = origin.imported_at ? Json(milliseconds(*origin.imported_at)) : Json(nullptr);
  return json;
}

Result<Origin> origin_from_json(const Json& json) {
  if (!json.is_object()) return fail("the origin is no object");
  const auto host = text_from(json, "host");
  const auto copybench = text_from(json, "copybench");
  const auto id = json.find("experiment_id");
  const auto exported_at = time_from_json(json.value("exported_at_ms", Json()));
  const Json imported_at = json.value("imported_at_ms", Json());
  if (!host || !copybench) return fail("the origin's host and copybench must be texts of at most 200 bytes without control characters");
  if (id == json.end() || whole_of(*id).value_or(0) < 1) {
    return fail("the origin's experiment_id is no whole number from 1");
  }
  if (!exported_at || (!imported_at.is_null() && !time_from_json(imported_at))) return fail("a time of the origin is none");
  const Json machine_id = json.value("machine_id", Json());
  if (!machine_id.is_null() && !text_from(json, "machine_id")) {
    return fail("the origin's machine_id must be a text of at most 200 bytes without control characters, or null");
  }
  return Origin{*host, text_from(json, "machine_id"), *copybench, id->get<int64_t>(), *exported_at, time_from_json(imported_at)};
}

}  // namespace copybench
