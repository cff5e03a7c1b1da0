#include "api/response/missing_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// Indexed by MissingCode. {event}, {ending} and {words} are replaced.
struct CodeRow {
  string_view name;
  string_view sentence;
};
constexpr std::array kCodes{
    CodeRow{"other_engine", "zero_copy alone has it"},
    CodeRow{"queued", "the run waits to be measured"},
    CodeRow{"running", "the run is being measured"},
    CodeRow{"not_completed", "the run {ending}"},
    CodeRow{"not_requested", "the experiment did not ask perf for {event}"},
    CodeRow{"other_interval", "{words}"},
    CodeRow{"not_counted", "{words}"},
    CodeRow{"no_reading", "perf gave no value for it"},
    CodeRow{"no_value", "the window gave no value for it"},
};
constexpr auto kCodeNames = [] {
  std::array<string_view, kCodes.size()> names;
  std::transform(kCodes.begin(), kCodes.end(), names.begin(), [](const CodeRow& row) { return row.name; });
  return names;
}();

struct MissingReason {
  MissingCode code{};
  std::string event;  // empty if the value is no counter
  std::string words;  // perf's own, or how the run ended
};

std::string sentence_of(const MissingReason& reason) {
  return fmt::format(fmt::runtime(kCodes[static_cast<size_t>(reason.code)].sentence), fmt::arg("event", reason.event),
                     fmt::arg("ending", reason.words), fmt::arg("words", reason.words));
}

Json code_json(const MissingReason& reason) {
  Json json{{"code", name_of(reason.code)}};
  if (!reason.event.empty()) json["event"] = reason.event;
  return json;
}

void put(MissingValues& missing, const std::string& name, const MissingReason& reason) {
  missing.reasons[name] = sentence_of(reason);
  missing.codes[name] = code_json(reason);
}

// Why a reading has no value.
MissingReason reading_reason(std::string event, const Json& reading) {
  auto words = text_at(reading, "reason");
  if (!words) return {MissingCode::no_reading, std::move(event), {}};
  const bool other_interval = text_at(reading, "code") == kOtherInterval;
  return {other_interval ? MissingCode::other_interval : MissingCode::not_counted, std::move(event), std::move(*words)};
}

MissingReason counter_reason(const CounterColumn& counted, const Json& counters) {
  for (const Json& reading : counters) {
    auto event = text_at(reading, "event");
    if (!event || !counted.counts(*event)) continue;
    if (text_at(reading, "reason")) return reading_reason(std::move(*event), reading);
  }
  return {MissingCode::not_requested, std::string(counted.event), {}};
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

MissingReason unfinished_reason(const RunRow& run) {
  if (run.state == RunState::queued) return {MissingCode::queued, {}, {}};
  if (run.state == RunState::running) return {MissingCode::running, {}, {}};
  const string_view state = run.state == RunState::timed_out ? "timed out" : name_of(run.state);
  return {MissingCode::not_completed, {}, run.reason ? fmt::format("{}: {}", state, *run.reason) : fmt::format("was {}", state)};
}

MissingReason reason_for(string_view column, const RunRow& run, const Json& counters) {
  if (column.starts_with("zerocopy_") && !send_path_row(run.planned.configuration.engine).reports_copies) {
    return {MissingCode::other_engine, {}, {}};
  }
  if (run.state != RunState::completed) return unfinished_reason(run);
  // Cycles per byte are missing for the same reason as the cycles.
  const string_view counted = column == "cycles_per_byte" ? "cpu_cycles" : column;
  for (const CounterColumn& known : counter_columns()) {
    if (known.column == counted) return counter_reason(known, counters);
  }
  return {MissingCode::no_value, {}, {}};
}

}  // namespace

template <>
std::span<const std::string_view> names<MissingCode>() { return kCodeNames; }

std::string no_perf_reason(const RunRecord& run) {
  const auto evidence = parse_json(run.evidence_json);
  const Json perf = evidence && evidence->is_object() ? evidence->value("perf", Json()) : Json();
  if (auto reason = text_at(perf, "reason")) return std::move(*reason);
  return run.state == RunState::completed ? "perf printed nothing" : sentence_of(unfinished_reason(run));
}

Json other_counters(const Json& counters) {
  Json counts = Json::object();
  each_other_counter(counters, [&](const std::string& event, const Json& reading) { counts[event] = count_of(reading); });
  return counts;
}

MissingValues missing_values(const RunRow& run, const Json& counters) {
  MissingValues missing;
  for (const FigureColumn& column : figure_columns()) {
    const bool empty = std::visit([&](auto member) { return !(run.figures.*member).has_value(); }, column.member);
    if (empty) put(missing, std::string(column.name), reason_for(column.name, run, counters));
  }
  each_other_counter(counters, [&](const std::string& event, const Json& reading) {
    // perf has no event with a figure's name, but an experiment may request one.
    if (!count_of(reading).is_null() || find_figure(event) != nullptr) return;
    put(missing, event, reading_reason(event, reading));
  });
  return missing;
}

}  // namespace copybench
