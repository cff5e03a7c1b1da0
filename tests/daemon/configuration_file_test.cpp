#include "daemon/configuration_file.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace copybench;

namespace {

ConfigurationLines read(const std::string& text) {
  std::istringstream in(text);
  return read_configuration(in);
}

std::string value(const std::string& line) {
  const auto found = read(line);
  CHECK(found.problems.empty());
  REQUIRE(found.lines.size() == 1);
  REQUIRE(found.lines[0].values.size() == 1);
  return found.lines[0].values[0];
}

}  // namespace

TEST_CASE("keys have their line and their values; comments and blank lines count as lines") {
  const auto found = read("# head\n\nlisten = \"127.0.0.1:0\"  # a comment\r\n  workers=3\nevents = [\"a\", 'b']\n");
  CHECK(found.problems.empty());
  REQUIRE(found.lines.size() == 3);
  CHECK(found.lines[0].line == 3);
  CHECK(found.lines[0].key == "listen");
  CHECK(found.lines[0].values == std::vector<std::string>{"127.0.0.1:0"});
  CHECK(found.lines[1].line == 4);
  CHECK(found.lines[1].values == std::vector<std::string>{"3"});
  CHECK(found.lines[2].values == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a quoted value is one value, whatever is in it") {
  CHECK(value("path = \"/srv/a b, c=d\"") == "/srv/a b, c=d");
  CHECK(value("path = '/srv/a'") == "/srv/a");
  CHECK(value("path = \"\"") == "");
}

TEST_CASE("what the reader would pass over is refused by its line") {
  for (const char* text : {"[section]", "listen", "= 3", "x=", "x = # 3", "a = [1,", "a = \"b", "a = \"b#c\"", "a = \"b\" c"}) {
    CAPTURE(text);
    const auto found = read(std::string("\n") + text + "\n");
    CHECK(found.lines.empty());
    REQUIRE(found.problems.size() == 1);
    CHECK(found.problems[0].first == 2);
  }
}

TEST_CASE("a key has one place") {
  const auto found = read("a = 1\nb = 2\na = 3\n");
  CHECK(found.lines.size() == 2);
  REQUIRE(found.problems.size() == 1);
  CHECK(found.problems[0] == std::pair<int, std::string>{3, "a: given before, in line 1"});
}
