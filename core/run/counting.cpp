#include "core/run/counting.h"

namespace copybench {

EventChoice choose_events(PerfProbe& probe, const std::vector<std::string>& asked, bool profiled) {
  EventChoice choice;
  choice.asked = asked;
  const PerfAvailability& perf = probe.availability();
  if (!perf.usable) {
    choice.not_counted = perf.reason;
    return choice;
  }
  if (profiled) {
    choice.not_counted = "this run is a profile: perf record stands in the place of perf stat";
    return choice;
  }
  choice.events = probe.support(asked);
  for (const EventSupport& event : choice.events) {
    if (event.accepted) choice.counted.push_back(event.event);
  }
  if (choice.counted.empty()) {
    choice.not_counted = asked.empty() ? "no events were asked for" : "perf accepts none of the events";
  }
  return choice;
}

Result<std::vector<CounterReading>> readings_of(const EventChoice& choice, const std::string& perf_output) {
  std::vector<CounterReading> all;
  if (!choice.not_counted.empty()) {
    for (const std::string& event : choice.asked) all.push_back({event, std::nullopt, "", choice.not_counted, 0});
    return all;
  }
  const auto rows = parse_perf_output(perf_output);
  if (!rows) return tl::unexpected(rows.error());
  const auto readings = combine_rows(*rows, choice.counted, PerfScope::task);
  auto reading = readings.begin();
  for (const EventSupport& event : choice.events) {
    all.push_back(event.accepted ? *reading++ : CounterReading{event.event, std::nullopt, "", event.reason, 0});
  }
  return all;
}

}  // namespace copybench
