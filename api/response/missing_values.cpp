#include "api/response/missing_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/json_text.h"
#include "core/model/events.h"
#include "core/model/send_paths.h"

namespace copybench {
namespace {

using std::string_view;

// The text under a key of a JSON object; none if it is absent or empty.
std::optional<std::string> text_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) return std::nullopt;
  return found->get<std::string>();
}

std::string counter_reason(const CounterColumn& counted, const Json& counters) {
  for (const Json& reading : counters) {
    const auto event = text_at(reading, "event");
    if (!event || !counted.counts(*event)) continue;
    if (auto reason = text_at(reading, "reason")) return std::move(*reason);
  }
  return fmt::format("the experiment did not ask perf for {}", counted.event);
}

bool is_figure(string_view event) {
  const auto columns = counter_columns();
  return std::any_of(columns.begin(), columns.end(), [&](const CounterColumn& column) { return column.counts(event); });
}

// Visits (event, reading) for every event that is no figure.
template <typename Visit>
void each_other_counter(const Json& counters, const Visit& visit) {
  for (const Json& reading : counters) {
    const auto event = text_at(reading, "event");
    if (event && !is_figure(*event)) visit(*event, reading);
  }
}

Json count_of(const Json& reading) {
  const auto value = reading.find("value");
  return value != reading.end() && value->is_number() ? *value : Json(nullptr);
}

std::string unfinished_reason(const RunRow& run) {
  if (run.state == RunState::queued) return "the run waits to be measured";
  if (run.state == RunState::running) return "the run is being measured";
  const std::string_view state = run.state == RunState::timed_out ? "timed out" : name_of(run.state);
  return run.reason ? fmt::format("the run {}: {}", state, *run.reason) : fmt::format("the run was {}", state);
}

std::string reason_for(string_view column, const RunRow& run, const Json& counters) {
  if (column.starts_with("zerocopy_") && !send_path_row(run.planned.configuration.engine).reports_copies) {
    return "zero_copy alone has it";
  }
  if (run.state != RunState::completed) return unfinished_reason(run);
  // Cycles per byte are missing for the same reason as the cycles.
  const string_view counted = column == "cycles_per_byte" ? "cpu_cycles" : column;
  for (const CounterColumn& known : counter_columns()) {
    if (known.column == counted) return counter_reason(known, counters);
  }
  return "the window gave no value for it";
}

}  // namespace

std::string no_perf_reason(const RunRecord& run) {
  const auto evidence = parse_json(run.evidence_json);
  const Json perf = evidence && evidence->is_object() ? evidence->value("perf", Json()) : Json();
  if (auto reason = text_at(perf, "reason")) return std::move(*reason);
  return run.state == RunState::completed ? "perf printed nothing" : unfinished_reason(run);
}

Json other_counters(const Json& counters) {
  Json counts = Json::object();
  each_other_counter(counters, [&](const std::string& event, const Json& reading) { counts[event] = count_of(reading); });
  return counts;
}

Json missing_reasons(const RunRow& run, const Json& counters) {
  Json reasons = Json::object();
  for (const FigureColumn& column : figure_columns()) {
    const bool missing = std::visit([&](auto member) { return !(run.figures.*member).has_value(); }, column.member);
    if (missing) reasons[std::string(column.name)] = reason_for(column.name, run, counters);
  }
  each_other_counter(counters, [&](const std::string& event, const Json& reading) {
    // perf has no event with a figure's name, but an experiment may request one.
    if (!count_of(reading).is_null() || find_figure(event) != nullptr) return;
    reasons[event] = text_at(reading, "reason").value_or("perf gave no value for it");
  });
  return reasons;
}

}  // namespace copybench
