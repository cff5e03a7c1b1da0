#include "core/run/counting.h"

#include <algorithm>

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
  } else if (std::none_of(choice.events.begin(), choice.events.end(), [](const EventSupport& event) { return event.works; })) {
    choice.counted.emplace_back("task-clock");
  }
  return choice;
}

std::vector<CounterReading> readings_of(const EventChoice& choice, const std::string& perf_output) {
  std::vector<CounterReading> all;
  if (!choice.not_counted.empty()) {
    for (const std::string& event : choice.asked) all.push_back({event, std::nullopt, "", choice.not_counted, 0});
    return all;
  }
  const PerfOutput output = parse_perf_output(perf_output);
  const auto readings = combine_rows(output.rows, choice.counted, PerfScope::task);
  auto reading = readings.begin();
  for (const EventSupport& event : choice.events) {
    all.push_back(event.accepted ? *reading++ : CounterReading{event.event, std::nullopt, "", event.reason, 0});
    if (all.back().reason == kNoRow && !output.problem.empty()) all.back().reason += "; " + output.problem;
  }
  return all;
}

}  // namespace copybench
