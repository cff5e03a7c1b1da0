// The lines of a configuration file as keys with their values. CLI11's own reader takes each line apart; what it would pass
// over in silence (sections, lines that it does not understand, a # within quotes, a key's second time) is refused here.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace copybench {

struct ConfigurationLine {
  int line = 0;  // from 1
  std::string key;
  std::vector<std::string> values;  // several: an array
};

struct ConfigurationLines {
  std::vector<ConfigurationLine> lines;
  std::vector<std::pair<int, std::string>> problems;  // by line
};

ConfigurationLines read_configuration(std::istream& text);

}  // namespace copybench
