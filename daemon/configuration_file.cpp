#include "daemon/configuration_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <sstream>

namespace copybench {
namespace {

std::string trimmed(const std::string& text) { return CLI::detail::trim_copy(text); }

// Why CLI11's reader would misread the text behind the equals sign; empty where it would not.
std::string unreadable(const std::string& value) {
  if (value.empty() || value.front() == '#') return "a value is missing";
  if (value.front() == '[') {
    const std::string array = trimmed(value.substr(0, value.find('#')));
    return array.back() == ']' ? "" : "an array must end in its own line";
  }
  if (value.front() != '"' && value.front() != '\'') return "";
  const auto end = value.find(value.front(), 1);
  if (end == std::string::npos) return "a quote is not closed";
  if (value.find('#') < end) return "a # within quotes cannot be read";
  const std::string rest = trimmed(value.substr(end + 1));
  return rest.empty() || rest.front() == '#' ? "" : "text follows the closing quote";
}

}  // namespace

ConfigurationLines read_configuration(std::istream& text) {
  ConfigurationLines found;
  std::map<std::string, int> seen;
  std::string raw;
  for (int number = 1; std::getline(text, raw); ++number) {
    const std::string line = trimmed(raw);
    if (line.empty() || line.front() == '#') continue;
    const auto refuse = [&](std::string why) { found.problems.emplace_back(number, std::move(why)); };
    const auto equals = line.find('=');
    if (line.front() == '[') {
      refuse("sections are not used: every key stands at the top level");
    } else if (equals == 0 || equals == std::string::npos) {
      refuse(fmt::format("not `key = value`: {}", line));
    } else if (const auto why = unreadable(trimmed(line.substr(equals + 1))); !why.empty()) {
      refuse(fmt::format("{}: {}", trimmed(line.substr(0, equals)), why));
    } else {
      std::istringstream one(line);
      // A key such as a.b is a section of CLI11's, and no option has that name.
      for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(one)) {
        const auto [first, is_first] = seen.emplace(item.fullname(), number);
        if (is_first) {
          found.lines.push_back({number, item.fullname(), item.inputs});
        } else {
          refuse(fmt::format("{}: given before, in line {}", item.fullname(), first->second));
        }
      }
    }
  }
  return found;
}

}  // namespace copybench
