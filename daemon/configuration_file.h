// Reads a configuration file, which is TOML 1.0, as keys with their values. Every key is at the top level. Its value is a string,
// a number, a boolean, or an array of these.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace copybench {

struct ConfigurationValue {
  enum class Type { string, number, boolean };
  Type type = Type::string;
  std::string text;  // decimal for a number
};

struct ConfigurationEntry {
  int line = 0;  // of the key, from 1
  std::string key;
  std::vector<ConfigurationValue> values;
  bool is_array = false;
};

struct ConfigurationEntries {
  std::vector<ConfigurationEntry> entries;            // by line
  std::vector<std::pair<int, std::string>> problems;  // by line; a single one if the text is not TOML
};

ConfigurationEntries read_configuration(std::string_view text);

}  // namespace copybench
