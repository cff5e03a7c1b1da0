#include "daemon/configuration_file.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

using Type = ConfigurationValue::Type;

ConfigurationEntry only_entry(const std::string& text) {
  const auto found = read_configuration(text);
  for (const auto& [line, problem] : found.problems) FAIL_CHECK(problem);
  REQUIRE(found.entries.size() == 1);
  return found.entries[0];
}

std::string value(const std::string& line) {
  const auto entry = only_entry(line);
  REQUIRE(entry.values.size() == 1);
  return entry.values[0].text;
}

std::pair<int, std::string> problem(const std::string& text) {
  const auto found = read_configuration(text);
  CAPTURE(text);
  CHECK(found.entries.empty());
  REQUIRE(found.problems.size() == 1);
  return found.problems[0];
}

}  // namespace

TEST_CASE("keys have their line and their values; comments and blank lines count as lines") {
  const auto found = read_configuration("# head\n\nlisten = \"127.0.0.1:0\"  # a comment\r\n  workers=3\nevents = [\"a\", 'b']\n");
  CHECK(found.problems.empty());
  REQUIRE(found.entries.size() == 3);
  CHECK(found.entries[0].line == 3);
  CHECK(found.entries[0].key == "listen");
  CHECK(found.entries[0].values.at(0).text == "127.0.0.1:0");
  CHECK_FALSE(found.entries[0].is_array);
  CHECK(found.entries[1].line == 4);
  CHECK(found.entries[1].values.at(0).text == "3");
  CHECK(found.entries[2].is_array);
  REQUIRE(found.entries[2].values.size() == 2);
  CHECK(found.entries[2].values[1].text == "b");
}

TEST_CASE("the lines may end as on other systems") {
  CHECK(value("log-level = \"debug\"\r\n") == "debug");
  CHECK(value("log-level = \"debug\"\r") == "debug");  // the file ends without its newline
}

TEST_CASE("a quoted value is one value, whatever it contains") {
  CHECK(value("path = \"/srv/a b, c=d # e\"") == "/srv/a b, c=d # e");
  CHECK(value("path = '/srv/\\a'") == "/srv/\\a");
  CHECK(value("path = \"\"") == "");
  CHECK(value("path = \"\\u0065\\U0001F600\"") == "e\xF0\x9F\x98\x80");
  CHECK(value("path = \"\"\"\na\\\n   b\"\"\"") == "ab");
  CHECK(value("\"path\" = 'x'") == "x");
}

TEST_CASE("numbers and booleans in each of TOML's forms") {
  CHECK(value("n = 1_000") == "1000");
  CHECK(value("n = 0x10") == "16");
  CHECK(value("n = 0o17") == "15");
  CHECK(value("n = +5") == "5");
  CHECK(value("n = -5") == "-5");
  CHECK(value("n = 0.1") == "0.1");
  CHECK(value("n = 1_0.5e-1") == "1.05");
  CHECK(value("n = nan") == "nan");
  CHECK(value("n = 5.0") == "5");
  CHECK(value("n = true") == "true");
  CHECK(only_entry("n = true").values.at(0).type == Type::boolean);
  CHECK(only_entry("n = 1").values.at(0).type == Type::number);
  CHECK(only_entry("n = \"1\"").values.at(0).type == Type::string);
}

TEST_CASE("an array may span lines, contain comments and a last comma, or be empty") {
  const auto entry = only_entry("\nhosts = [\n  \"a\",  # one\n\n  \"b\",\n]\n");
  CHECK(entry.line == 2);
  REQUIRE(entry.values.size() == 2);
  CHECK(entry.values[1].text == "b");
  const auto empty = only_entry("hosts = []");
  CHECK(empty.is_array);
  CHECK(empty.values.empty());
}

TEST_CASE("a byte order mark does not belong to the first key") { CHECK(only_entry("\xEF\xBB\xBFkey = 1\n").key == "key"); }

TEST_CASE("invalid TOML is rejected by line") {
  for (const char* text : {"[section", "listen", "= 3", "x=", "x = # 3", "x = debug", "a = \"b", "a = \"b\" c", "a = 1_", "a = 007",
                           "a = \"\\q\"", "a = \"\xff\""}) {
    const auto [line, what] = problem(std::string("\n") + text + "\n");
    CAPTURE(text);
    CHECK(line == 2);
    CHECK(what.find("not valid TOML: ") != std::string::npos);
  }
  CHECK(problem("a = [1,").second.find("not valid TOML") != std::string::npos);
}

TEST_CASE("an unquoted word's error says that quotes are missing") {
  CHECK(problem("\nlevel = debug\n").second.find("a string stands in quotes, such as log-level = \"info\"") != std::string::npos);
  CHECK(problem("level = \"debug\n").second.find("stands in quotes") == std::string::npos);
}

TEST_CASE("values that no option has are rejected by line") {
  for (const char* text : {"[a]\nb = 1", "a = {b = 1}", "a.b = 1", "[[a]]\nb = 1"}) {
    CHECK(problem(text) == std::pair<int, std::string>{1, "a: tables are not used: every key stands at the top level"});
  }
  for (const char* text : {"\na = 1979-05-27", "\na = 07:32:00", "\na = [[1]]", "\na = [{b = 1}, 2]"}) {
    const auto [line, what] = problem(text);
    CHECK(line == 2);
    CHECK(what.find("allowed are strings, numbers, true and false, and arrays of these") != std::string::npos);
  }
  CHECK(problem("a = \"b\\u0000c\"").second == "a: a NUL character is in the string");
}

TEST_CASE("a duplicate key is rejected") {
  const auto [line, what] = problem("a = 1\nb = 2\na = 3\n");
  CHECK(line == 3);
  CHECK(what.find("'a'") != std::string::npos);
}

TEST_CASE("a key of very many parts is rejected by line, without recursion") {
  std::string key = "a";
  for (int i = 0; i < 40'000; ++i) key += ".a";
  for (const std::string& text : {"x = 1\n" + key + " = 1\n", "x = 1\n[" + key + "]\n"}) {
    const auto read = read_configuration(text);
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].first == 2);
    CHECK(read.problems[0].second == "the line is longer than 4096 bytes; an array may go over several");
  }
  // As many keys as fit on a line.
  CHECK(read_configuration(key.substr(0, 4001) + " = 1\n").problems.size() == 1);
}

TEST_CASE("deeply nested data are rejected, without recursion") {
  CHECK(problem("a = " + std::string(4'000, '[')).second.find("not valid TOML") != std::string::npos);
}
