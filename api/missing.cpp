#include "api/missing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

namespace copybench {
namespace {

using std::string_view;

struct Source {
  string_view column;
  string_view event;  // perf's name, and its other one
  string_view alias;
};
constexpr Source kCounted[] = {
    {"cpu_cycles", "cpu-cycles", "cycles"},
    {"cycles_per_byte", "cpu-cycles", "cycles"},
    {"instructions", "instructions", ""},
    {"cache_misses", "cache-misses", ""},
    {"l1_dcache_load_misses", "L1-dcache-load-misses", ""},
    {"llc_load_misses", "LLC-load-misses", ""},
    {"context_switches", "context-switches", "cs"},
    {"page_faults", "page-faults", "faults"},
    {"task_clock_ns", "task-clock", ""},
};

std::string counter_reason(const Source& source, const Json& evidence) {
  const auto counters = evidence.find("counters");
  if (counters != evidence.end() && counters->is_array()) {
    for (const Json& reading : *counters) {
      if (!reading.is_object()) continue;
      const std::string event = reading.value("event", "");
      if (event != source.event && event != source.alias) continue;
      const auto reason = reading.find("reason");
      if (reason != reading.end() && reason->is_string() && !reason->get_ref<const std::string&>().empty())
        return *reason;
    }
  }
  return fmt::format("the experiment did not ask perf for {}", source.event);
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
  const auto* source = std::find_if(std::begin(kCounted), std::end(kCounted),
                                    [&](const Source& candidate) { return candidate.column == column; });
  if (source != std::end(kCounted)) return counter_reason(*source, evidence);
  return "the window gave no value for it";
}

}  // namespace

Json missing_reasons(const RunRecord& run, const Json& evidence) {
  Json reasons = Json::object();
  for (const FigureColumn& column : figure_columns()) {
    const bool missing = std::visit([&](auto member) { return !(run.figures.*member).has_value(); }, column.member);
    if (missing) reasons[std::string(column.name)] = reason_for(column.name, run, evidence);
  }
  return reasons;
}

}  // namespace copybench
