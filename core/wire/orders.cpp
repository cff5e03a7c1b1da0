#include "core/wire/orders.h"

namespace copybench {
namespace {

std::string text_at(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string order_of(std::string_view line) { return text_at(Json::parse(line, nullptr, /*allow_exceptions=*/false), "order"); }

std::optional<Json> report_of(std::string_view line) {
  Json report = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("report") || !report["report"].is_string()) return std::nullopt;
  return report;
}

std::string error_message(const Json& report) { return text_at(report, "message"); }

}  // namespace copybench
