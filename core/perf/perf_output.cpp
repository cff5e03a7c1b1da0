#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/model/text.h"
#include "core/perf/perf_stat.h"

namespace copybench {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<double> percent(std::string_view text) {
  const auto number = parse_number<double>(text);
  return number && *number >= 0 && *number <= 100 ? number : std::nullopt;
}

// Sets the value, or perf's own term for a missing one: <not supported> without its brackets, nan as it is.
void set_value(PerfRow& row, std::string_view text) {
  const auto number = parse_number<double>(text);
  if (number && std::isfinite(*number) && *number >= 0) {
    // An event that never ran has no count, whatever perf prints for it.
    if (row.runtime_ns > 0) {
      row.value = *number;
    } else {
      row.missing = "not counted";
    }
    return;
  }
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  row.missing = clean_text(text.substr(0, 200));
  if (row.missing.empty()) row.missing = "no value";
}

// nan and inf are not JSON, but some versions of perf print them unquoted, as in `"metric-value" : nan`.
std::string without_bare_nan(std::string_view line) {
  std::string result;
  bool quoted = false;
  for (size_t i = 0; i < line.size();) {
    if (line[i] == '"') quoted = !quoted;
    size_t word = 0;
    if (!quoted && line[i] != '"') {
      for (const std::string_view name : {"-nan", "nan", "-inf", "inf"}) {
        if (line.substr(i).starts_with(name)) {
          word = name.size();
          break;
        }
      }
    }
    if (word > 0) {
      result += "\"nan\"";
      i += word;
    } else {
      result += line[i++];
    }
  }
  return result;
}

// A member as text, whether it is a string or a number.
std::optional<std::string> member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number()) return found->dump();
  return std::nullopt;
}

enum class LineKind { row, passed_over, broken };

LineKind parse_json_line(std::string_view line, PerfRow& row) {
  auto object = Json::parse(line, nullptr, false);
  if (object.is_discarded()) object = Json::parse(without_bare_nan(line), nullptr, false);
  if (!object.is_object()) return LineKind::broken;
  const auto event = member(object, "event");
  if (!event || event->empty()) return LineKind::passed_over;
  const auto value = member(object, "counter-value");
  if (!value) return LineKind::broken;
  row.event = *event;
  row.unit = member(object, "unit").value_or("");
  row.runtime_ns = parse_number<int64_t>(member(object, "event-runtime").value_or("")).value_or(0);
  row.running_pct = percent(member(object, "pcnt-running").value_or("")).value_or(0);
  set_value(row, *value);
  return LineKind::row;
}

// Takes the field up to the next comma that is not between slashes: cpu/event=0x3c,umask=0x0/ is one field.
std::string_view next_field(std::string_view& rest) {
  bool between_slashes = false;
  size_t end = 0;
  for (; end < rest.size() && (rest[end] != ',' || between_slashes); ++end) {
    if (rest[end] == '/') between_slashes = !between_slashes;
  }
  const auto field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

LineKind parse_csv_line(std::string_view line, PerfRow& row) {
  auto rest = line;
  const auto value = without_blanks(next_field(rest));
  if (value.empty()) return line.starts_with(',') ? LineKind::passed_over : LineKind::broken;
  const auto unit = next_field(rest);
  const auto event = next_field(rest);
  const auto runtime = parse_number<int64_t>(next_field(rest));
  const auto share = percent(next_field(rest));
  const bool is_value = value.starts_with('<') || parse_number<double>(value).has_value();
  if (event.empty() || !is_value || !runtime || !share) return LineKind::broken;
  row.unit = clean_text(unit);
  row.event = clean_text(event);
  row.runtime_ns = *runtime;
  row.running_pct = *share;
  set_value(row, value);
  return LineKind::row;
}

}  // namespace

PerfOutput parse_perf_output(std::string_view text) {
  PerfOutput output;
  size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = without_blanks(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const bool json = line.front() == '{';
    PerfRow row;
    switch (json ? parse_json_line(line, row) : parse_csv_line(line, row)) {
      case LineKind::row:
        output.rows.push_back(std::move(row));
        break;
      case LineKind::passed_over:
        break;
      case LineKind::broken:
        if (!output.problem.empty()) break;
        output.problem = fmt::format("line {} of perf's output is not {} of `perf stat`: {}", number,
                                     json ? "JSON" : "a CSV row", clean_text(line.substr(0, 200)));
        break;
    }
  }
  return output;
}

}  // namespace copybench
