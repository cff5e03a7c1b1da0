#include "api/missing.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

#include "core/model/events.h"

namespace copybench {
namespace {

using std::string_view;

std::string counter_reason(const CounterColumn& counted, const Json& evidence) {
  const auto counters = evidence.find("counters");
  if (counters != evidence.end() && counters->is_array()) {
    for (const Json& reading : *counters) {
      if (!reading.is_object()) continue;
      if (!counted.counts(reading.value("event", ""))) continue;
      const auto reason = reading.find("reason");
      if (reason != reading.end() && reason->is_string() && !reason->get_ref<const std::string&>().empty())
        return *reason;
    }
  }
  return fmt::format("the experiment did not ask perf for {}", counted.event);
}

std::string unfinished_reason(const RunRecord& run) {
  if (run.state == RunState::queued) return "the run waits to be measured";
  if (run.state == RunState::running) return "the run is being measured";
  const std::string_view state = run.state == RunState::timed_out ? "timed out" : name_of(run.state);
  return run.reason ? fmt::format("the run {}: {}", state, *run.reason) : fmt::format("the run was {}", state);
}

std::string reason_for(string_view column, const RunRecord& run, const Json& evidence) {
  if (column.starts_with("zerocopy_") && run.planned.configuration.engine != EngineMode::zero_copy) {
    return "zero_copy alone has it";
  }
  if (run.state != RunState::completed) return unfinished_reason(run);
  // Cycles per byte are missing for the reason that the cycles are.
  const string_view counted = column == "cycles_per_byte" ? "cpu_cycles" : column;
  for (const CounterColumn& known : counter_columns()) {
    if (known.column == counted) return counter_reason(known, evidence);
  }
  return "the window gave no value for it";
}

}  // namespace

std::string no_perf_reason(const RunRecord& run) {
  const Json evidence = Json::parse(run.evidence_json, nullptr, false);
  const Json perf = evidence.is_object() ? evidence.value("perf", Json()) : Json();
  const Json reason = perf.is_object() ? perf.value("reason", Json()) : Json();
  if (reason.is_string() && !reason.get_ref<const std::string&>().empty()) return reason;
  return run.state == RunState::completed ? "perf printed nothing" : unfinished_reason(run);
}

Json missing_reasons(const RunRecord& run, const Json& evidence) {
  Json reasons = Json::object();
  for (const FigureColumn& column : figure_columns()) {
    const bool missing = std::visit([&](auto member) { return !(run.figures.*member).has_value(); }, column.member);
    if (missing) reasons[std::string(column.name)] = reason_for(column.name, run, evidence);
  }
  return reasons;
}

}  // namespace copybench
