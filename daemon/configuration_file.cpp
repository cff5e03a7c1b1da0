#include "daemon/configuration_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <toml++/toml.h>

namespace copybench {
namespace {

using Type = ConfigurationValue::Type;

constexpr size_t kMaxLineBytes = 4096;

// Returns none if no option has a value of that type.
std::optional<ConfigurationValue> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return ConfigurationValue{Type::string, text->get()};
  if (const auto* number = node.as_integer()) return ConfigurationValue{Type::number, fmt::format("{}", number->get())};
  if (const auto* number = node.as_floating_point()) return ConfigurationValue{Type::number, fmt::format("{}", number->get())};
  if (const auto* boolean = node.as_boolean()) return ConfigurationValue{Type::boolean, boolean->get() ? "true" : "false"};
  return std::nullopt;
}

std::string name_of(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  return "a date or time";
}

// Returns why the entry cannot be read, empty if it can.
std::string add_values(ConfigurationEntry& entry, const toml::node& node) {
  if (node.is_table() || node.is_array_of_tables()) {
    return fmt::format("{}: tables are not used: every key stands at the top level", entry.key);
  }
  const toml::array* array = node.as_array();
  entry.is_array = array != nullptr;
  const auto add = [&](const toml::node& each) -> std::string {
    auto value = value_of(each);
    if (!value) {
      return fmt::format("{}: {} is given; allowed are strings, numbers, true and false, and arrays of these", entry.key, name_of(each));
    }
    if (value->text.find('\0') != std::string::npos) return fmt::format("{}: a NUL character is in the string", entry.key);
    entry.values.push_back(std::move(*value));
    return "";
  };
  if (array == nullptr) return add(node);
  for (const toml::node& each : *array) {
    if (std::string problem = add(each); !problem.empty()) return problem;
  }
  return "";
}

int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

std::string syntax_problem(const toml::parse_error& error, std::string_view text) {
  std::string problem = fmt::format("column {}: not valid TOML: {}", error.source().begin.column, error.description());
  // The most common mistake, which the parser's message does not explain.
  size_t begin = 0;
  for (auto line = error.source().begin.line; line > 1 && begin != std::string_view::npos; --line) {
    begin = text.find('\n', begin);
    if (begin != std::string_view::npos) ++begin;
  }
  if (begin == std::string_view::npos) return problem;
  const std::string_view line = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
  const size_t equals = line.find('=');
  const size_t value = equals == std::string_view::npos ? equals : line.find_first_not_of(" \t", equals + 1);
  if (value != std::string_view::npos && std::string_view("\"'[{#").find(line[value]) == std::string_view::npos) {
    problem += "; a string stands in quotes, such as log-level = \"info\"";
  }
  return problem;
}

// Returns the number of the first line over kMaxLineBytes, 0 if there is none. The library parses a key of many parts
// recursively.
int line_too_long(std::string_view text) {
  int number = 1;
  for (size_t begin = 0; begin < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kMaxLineBytes) return number;
    begin = end + 1;
  }
  return 0;
}

}  // namespace

ConfigurationEntries read_configuration(std::string_view text) {
  ConfigurationEntries found;
  if (const int line = line_too_long(text)) {
    found.problems.emplace_back(line, fmt::format("the line is longer than {} bytes; an array may go over several", kMaxLineBytes));
    return found;
  }
  try {
    // The last newline may have been removed, which leaves a carriage return alone.
    const toml::table table = toml::parse(std::string(text) + "\n");
    for (auto&& [key, node] : table) {
      ConfigurationEntry entry;
      entry.line = line_of(key.source());
      entry.key = key.str();
      if (std::string problem = add_values(entry, node); problem.empty()) {
        found.entries.push_back(std::move(entry));
      } else {
        found.problems.emplace_back(entry.line, std::move(problem));
      }
    }
  } catch (const toml::parse_error& error) {
    found.problems.emplace_back(line_of(error.source()), syntax_problem(error, text));
  }
  std::sort(found.entries.begin(), found.entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  std::sort(found.problems.begin(), found.problems.end());
  return found;
}

}  // namespace copybench
