#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/perf/perf_stat.h"

namespace copybench {
namespace {

// perf prints the shares of one time with two digits: a sum this close to 100 means all of it.
constexpr double kWholePct = 98.0;
constexpr double kMostCounted = 9e18;

struct EventName {
  std::string pmu;        // of pmu/event/modifiers; "" for a plain name
  std::string base;       // as spelled
  std::string canonical;  // lower case, aliases resolved
  std::string modifiers;  // sorted
};

EventName split_name(std::string_view text) {
  EventName name;
  const auto open = text.find('/');
  const auto close = text.rfind('/');
  if (open != close) {
    name.pmu = text.substr(0, open);
    name.base = text.substr(open + 1, close - open - 1);
    name.modifiers = text.substr(close + 1);
    if (name.modifiers.starts_with(':')) name.modifiers.erase(0, 1);
  } else {
    name.base = text;
    const auto colon = text.rfind(':');
    // skb:kfree_skb is a tracepoint, cycles:u has a modifier.
    if (colon != std::string_view::npos &&
        text.find_first_not_of("ukhGHIpPSDWebR", colon + 1) == std::string_view::npos) {
      name.base = text.substr(0, colon);
      name.modifiers = text.substr(colon + 1);
    }
  }
  std::sort(name.modifiers.begin(), name.modifiers.end());
  name.canonical = name.base;
  std::transform(name.canonical.begin(), name.canonical.end(), name.canonical.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kAliases{{
      {"cycles", "cpu-cycles"},
      {"branches", "branch-instructions"},
      {"cs", "context-switches"},
      {"faults", "page-faults"},
      {"migrations", "cpu-migrations"},
      {"idle-cycles-frontend", "stalled-cycles-frontend"},
      {"idle-cycles-backend", "stalled-cycles-backend"},
  }};
  for (const auto& [alias, canonical] : kAliases) {
    if (name.canonical == alias) name.canonical = canonical;
  }
  return name;
}

// If perf may not count the kernel's part, it drops that part by itself and prints the event with :u.
bool reduced_to_user_space(const EventName& asked, const EventName& row) {
  const auto has = [](const EventName& name, char c) { return name.modifiers.find(c) != std::string::npos; };
  return has(row, 'u') && !has(row, 'k') && !has(asked, 'u');
}

// How well a row matches the requested event, 0 being best. None if it does not match.
std::optional<int> match_rank(std::string_view asked_text, const EventName& asked, const PerfRow& row) {
  if (row.event == asked_text) return 0;
  const auto name = split_name(row.event);
  if (name.canonical != asked.canonical) return std::nullopt;
  if (!asked.pmu.empty() && asked.pmu != name.pmu) return std::nullopt;
  if (name.modifiers != asked.modifiers && !reduced_to_user_space(asked, name)) return std::nullopt;
  return name.base == asked.base ? 1 : 2;
}

// The rows of one requested event: the best match of each PMU.
std::vector<const PerfRow*> rows_of(const std::vector<PerfRow>& rows, const std::string& asked_text) {
  struct Candidate {
    std::string pmu;
    int rank;
    const PerfRow* row;
  };
  const auto asked = split_name(asked_text);
  std::vector<Candidate> candidates;
  for (const auto& row : rows) {
    const auto rank = match_rank(asked_text, asked, row);
    if (!rank) continue;
    auto pmu = split_name(row.event).pmu;
    const auto same = std::find_if(candidates.begin(), candidates.end(), [&](auto& other) { return other.pmu == pmu; });
    if (same == candidates.end()) {
      candidates.push_back({std::move(pmu), *rank, &row});
    } else if (*rank < same->rank) {
      *same = {std::move(pmu), *rank, &row};
    }
  }
  std::vector<const PerfRow*> result;
  for (const auto& candidate : candidates) result.push_back(candidate.row);
  return result;
}

CounterReading without_value(CounterReading reading, std::string reason) {
  reading.value.reset();
  reading.reason = std::move(reason);
  return reading;
}

std::string missing_words(const std::vector<const PerfRow*>& rows) {
  std::string words;
  for (const auto* row : rows) {
    if (row->value) continue;
    if (!words.empty()) words += ", ";
    words += rows.size() == 1 ? row->missing : fmt::format("{} ({})", row->missing, row->event);
  }
  return words;
}

CounterReading combine_system_wide(CounterReading reading, const std::vector<const PerfRow*>& rows) {
  if (!missing_words(rows).empty()) return without_value(std::move(reading), missing_words(rows));
  reading.value = 0;
  reading.running_pct = 100;
  for (const auto* row : rows) {
    *reading.value += *row->value;
    reading.running_pct = std::min(reading.running_pct, row->running_pct);
  }
  return reading;
}

CounterReading combine_task(CounterReading reading, const std::vector<const PerfRow*>& rows) {
  if (rows.size() == 1) {
    if (!rows.front()->value) return without_value(std::move(reading), rows.front()->missing);
    reading.value = rows.front()->value;
    reading.running_pct = rows.front()->running_pct;
    return reading;
  }
  double runtime_sum = 0;
  double share_sum = 0;
  bool lacking = false;  // a core type cannot count the event; "not counted" only says that the task did not run there
  for (const auto* row : rows) {
    if (row->value) {
      runtime_sum += static_cast<double>(row->runtime_ns);
      share_sum += row->running_pct;
    } else if (row->missing != "not counted") {
      lacking = true;
    }
  }
  if (runtime_sum <= 0 || (lacking && share_sum < kWholePct)) {
    return without_value(std::move(reading), missing_words(rows));
  }
  reading.value = 0;
  // All rows of a task have the same enabled time, so runtime / sum is the share of each. Dividing by the sum also corrects for
  // the time that multiplexing took from all of them.
  for (const auto* row : rows) {
    if (row->value) *reading.value += *row->value * (static_cast<double>(row->runtime_ns) / runtime_sum);
  }
  reading.running_pct = share_sum >= kWholePct ? 100 : share_sum;
  return reading;
}

// Converts into the stored unit. Counts and nanoseconds are integers.
void convert_unit(CounterReading& reading, const std::string& printed) {
  double factor = 1;
  if (printed.empty()) {
    reading.unit = "count";
  } else if (printed == "msec" || printed == "ns") {
    factor = printed == "msec" ? 1e6 : 1;
    reading.unit = "ns";
  } else {
    reading.unit = printed;
    return;
  }
  if (reading.value) reading.value = std::round(*reading.value * factor);
}

CounterReading combine(const std::vector<PerfRow>& all, const std::string& asked_text, PerfScope scope) {
  CounterReading reading{.event = asked_text, .value = {}, .unit = "count", .reason = {}, .running_pct = 0};
  const auto rows = rows_of(all, asked_text);
  if (rows.empty()) return without_value(std::move(reading), std::string(kNoRow));
  reading = scope == PerfScope::system_wide ? combine_system_wide(std::move(reading), rows)
                                            : combine_task(std::move(reading), rows);
  convert_unit(reading, rows.front()->unit);
  // A count this large is not valid, and no integer could hold it.
  if (reading.value && !(*reading.value < kMostCounted)) return without_value(std::move(reading), "out of range");
  const auto asked = split_name(asked_text);
  // The clocks count time, which has no such split.
  const bool is_clock = asked.canonical == "task-clock" || asked.canonical == "cpu-clock";
  const bool reduced = std::any_of(
      rows.begin(), rows.end(), [&](const auto* row) { return reduced_to_user_space(asked, split_name(row->event)); });
  if (reading.value && reduced && !is_clock) {
    return without_value(std::move(reading), "not permitted in the kernel (perf counted user space only)");
  }
  return reading;
}

// For a plain name: another requested event with the same name on a PMU that is not a CPU's.
std::optional<std::string> confusable(const std::string& asked_text, const std::vector<std::string>& asked) {
  const auto name = split_name(asked_text);
  if (!name.pmu.empty()) return std::nullopt;
  for (const auto& other_text : asked) {
    const auto other = split_name(other_text);
    if (!other.pmu.empty() && !other.pmu.starts_with("cpu") && other.canonical == name.canonical) return other_text;
  }
  return std::nullopt;
}

}  // namespace

std::vector<CounterReading> combine_rows(const std::vector<PerfRow>& rows, const std::vector<std::string>& asked,
                                         PerfScope scope) {
  std::vector<CounterReading> readings;
  readings.reserve(asked.size());
  for (const auto& event : asked) {
    readings.push_back(combine(rows, event, scope));
    if (const auto other = confusable(event, asked); other && readings.back().value) {
      readings.back() = without_value(std::move(readings.back()),
                                      fmt::format("perf's row for it cannot be told from that of {}, which was asked for too", *other));
    }
  }
  return readings;
}

Json to_json(const std::vector<CounterReading>& readings) {
  auto list = Json::array();
  for (const auto& reading : readings) {
    Json value;
    if (reading.value) {
      const bool whole = reading.unit == "count" || reading.unit == "ns";
      value =
          whole && std::abs(*reading.value) < 9e18 ? Json(static_cast<int64_t>(*reading.value)) : Json(*reading.value);
    }
    Json entry{{"event", reading.event}, {"value", value}, {"unit", reading.unit}};
    entry["running_pct"] = reading.value ? Json(reading.running_pct) : Json();
    if (!reading.value) entry["reason"] = reading.reason;
    if (!reading.value && !reading.code.empty()) entry["code"] = reading.code;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace copybench
