#include "api/endpoints/perf_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>


namespace copybench {

void PerfReport::probe(PerfProbe& perf) {
  ProbedMachine machine = probe_machine(perf);
  Json report = to_json(machine.perf, machine.events);
  std::lock_guard lock(mutex_);
  report_ = std::move(report);
  version_ = machine.perf.version;
  machine_ = std::make_shared<const ProbedMachine>(std::move(machine));
  perf_ = &perf;
}

std::vector<MachineCheck> PerfReport::checks() const {
  std::shared_ptr<const ProbedMachine> machine;
  {
    std::lock_guard lock(mutex_);
    machine = machine_;
  }
  if (machine) return machine_checks(*machine);
  return {{"perf", "perf", CheckState::missing, "perf is being asked what it can count here"}, check_locked_memory()};
}

Json PerfReport::report() const {
  std::lock_guard lock(mutex_);
  if (!report_.is_null()) return report_;
  Json probing;
  probing["state"] = "probing";
  for (const char* key : {"usable", "path", "version", "reason", "remedy", "events"}) probing[key] = nullptr;
  return probing;
}

std::vector<FieldError> PerfReport::doubts(const std::vector<std::string>& events) const {
  PerfProbe* perf = nullptr;
  {
    std::lock_guard lock(mutex_);
    perf = perf_;
  }
  const auto known = perf ? perf->support_without_disturbing(events) : std::vector<EventSupport>{};
  std::vector<FieldError> doubts;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const EventSupport& one) { return one.event == events[i]; });
    if (found != known.end() && found->works) continue;
    const std::string why = found == known.end() ? "may have no value: perf is not asked about it while something is measured"
                                                 : "will have no value: " + found->reason;
    doubts.push_back({fmt::format("/events/{}", i), fmt::format("{} {}", events[i], why)});
  }
  return doubts;
}

std::string PerfReport::version() const {
  std::lock_guard lock(mutex_);
  return version_;
}

Json PerfReport::to_json(const PerfAvailability& availability, const std::vector<EventSupport>& events) {
  Json json;
  json["state"] = "ready";
  json["usable"] = availability.usable;
  json["path"] = text_or_null(availability.path);
  json["version"] = text_or_null(availability.version);
  json["reason"] = text_or_null(availability.reason);
  json["remedy"] = text_or_null(availability.remedy);
  json["events"] = Json::array();
  for (const EventSupport& support : events) {
    json["events"].push_back({{"event", support.event}, {"works", support.works}, {"reason", text_or_null(support.reason)}});
  }
  return json;
}

}  // namespace copybench
