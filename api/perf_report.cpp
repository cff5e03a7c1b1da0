#include "api/perf_report.h"

#include <utility>

#include "core/model/plan.h"

namespace copybench {

void PerfReport::probe(PerfProbe& perf) {
  const PerfAvailability availability = perf.availability();
  Json report =
      to_json(availability, availability.usable ? perf.support(default_events()) : std::vector<EventSupport>{});
  std::lock_guard lock(mutex_);
  report_ = std::move(report);
  version_ = availability.version;
}

Json PerfReport::report() const {
  std::lock_guard lock(mutex_);
  if (!report_.is_null()) return report_;
  Json probing;
  probing["state"] = "probing";
  for (const char* key : {"usable", "path", "version", "reason", "remedy", "events"}) probing[key] = nullptr;
  return probing;
}

std::string PerfReport::version() const {
  std::lock_guard lock(mutex_);
  return version_;
}

Json PerfReport::to_json(const PerfAvailability& availability, const std::vector<EventSupport>& events) {
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  Json json;
  json["state"] = "ready";
  json["usable"] = availability.usable;
  json["path"] = text(availability.path);
  json["version"] = text(availability.version);
  json["reason"] = text(availability.reason);
  json["remedy"] = text(availability.remedy);
  json["events"] = Json::array();
  for (const EventSupport& support : events) {
    json["events"].push_back({{"event", support.event}, {"works", support.works}, {"reason", text(support.reason)}});
  }
  return json;
}

}  // namespace copybench
