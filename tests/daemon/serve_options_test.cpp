#include "daemon/serve_options.h"

#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "daemon/configuration_file.h"

using namespace copybench;

namespace {

const Environment kNoVariables = [](const std::string&) { return std::nullopt; };

}  // namespace

TEST_CASE("the shipped file documents every option, and each of its examples is valid") {
  std::ifstream shipped(COPYBENCH_SHIPPED_CONFIGURATION);
  REQUIRE(shipped);
  std::stringstream examples;  // its commented settings, uncommented
  for (std::string line; std::getline(shipped, line);) {
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    examples << (setting ? line.substr(1) : line) << "\n";
  }
  const auto read = read_configuration(examples.str());
  CHECK(read.problems.empty());
  CLI::App command;
  ServeOptions options;
  add_serve_options(command, options);
  std::set<std::string> documented;
  for (const auto& entry : read.entries) {
    const std::string& key = entry.key;
    CAPTURE(key);
    documented.insert(key);
    CLI::Option* option = command.get_option_no_throw("--" + key);
    REQUIRE(option != nullptr);
    std::vector<std::string> values;
    for (const ConfigurationValue& each : entry.values) values.push_back(each.text);
    CHECK_NOTHROW(option->add_result(values)->run_callback());
  }
  const auto configuration = read_serve_configuration({{"config", {COPYBENCH_SHIPPED_CONFIGURATION}}}, kNoVariables);
  REQUIRE(configuration);
  for (const Setting& setting : configuration->settings) {
    CAPTURE(setting.name);
    CHECK(documented.count(setting.name) == 1);
    CHECK(setting.source == "default");
  }
}

TEST_CASE("the file is the flag's, else the variable's, else the default one if it exists") {
  const Environment variable = [](const std::string& name) {
    return name == "COPYBENCH_CONFIG" ? std::optional<std::string>("/nonexistent/of-variable.toml") : std::nullopt;
  };
  const auto none = read_serve_configuration({}, kNoVariables, "/nonexistent/default.toml");
  REQUIRE(none);
  CHECK(none->file.empty());
  const auto missing = read_serve_configuration({}, variable, "/nonexistent/default.toml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("of-variable") != std::string::npos);
  const auto flag = read_serve_configuration({{"config", {COPYBENCH_SHIPPED_CONFIGURATION}}}, kNoVariables, "/nonexistent");
  REQUIRE(flag);
  CHECK(flag->file == COPYBENCH_SHIPPED_CONFIGURATION);
  const auto found = read_serve_configuration({}, kNoVariables, COPYBENCH_SHIPPED_CONFIGURATION);
  REQUIRE(found);
  CHECK(found->file == COPYBENCH_SHIPPED_CONFIGURATION);
}

TEST_CASE("a listen address is validated before anything starts") {
  const auto refused = read_serve_configuration({{"listen", {"here"}}}, kNoVariables, "/nonexistent");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("flag --listen") == 0);
}

TEST_CASE("an empty value never opens access and never means the default") {
  const auto accepted = [](const std::string& name, const std::string& value) {
    return read_serve_configuration({{name, {value}}}, kNoVariables, "/nonexistent").has_value();
  };
  for (const char* name : {"data-dir", "perf", "token-file", "public-read"}) CHECK_FALSE_MESSAGE(accepted(name, ""), name);
  for (const char* value : {"yes", "2", "-1"}) CHECK_FALSE_MESSAGE(accepted("public-read", value), value);
  for (const char* value : {"true", "false"}) CHECK_MESSAGE(accepted("public-read", value), value);
}

TEST_CASE("the settings in force are listed line by line") {
  const auto configuration = read_serve_configuration({{"log-level", {"debug"}}}, kNoVariables, "/nonexistent");
  REQUIRE(configuration);
  CHECK(configuration->options.log_level == "debug");
  const std::string text = describe(*configuration, true);
  CAPTURE(text);
  CHECK(std::regex_search(text, std::regex("log-level +debug +flag --log-level")));
}

TEST_CASE("a size may have a unit, and nothing else") {
  const auto size = [](const std::string& text) {
    const auto read = read_serve_configuration({{"retention-size", {text}}}, kNoVariables, "/nonexistent");
    return read ? static_cast<int64_t>(read->options.retention_size) : -1;
  };
  CHECK(size("0") == 0);
  CHECK(size("20GB") == 20'000'000'000);
  CHECK(size("500 mb") == 500'000'000);
  CHECK(size("1KiB") == 1024);
  for (const char* bad : {"-5GB", "-1", "", "x", "5 elephants", "99999999999TB", "1.5GB", "nan", "9000000000000000000"}) {
    CAPTURE(bad);
    CHECK(size(bad) == -1);
  }
  const auto refused = read_serve_configuration({{"retention-size", {"-5GB"}}}, kNoVariables, "/nonexistent");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("-5GB: allowed are bytes") != std::string::npos);
}

TEST_CASE("a reload applies access, rates, retention and logging") {
  const auto configuration = read_serve_configuration({}, kNoVariables, "/nonexistent");
  REQUIRE(configuration);
  std::set<std::string> reloadable;
  for (const Setting& setting : configuration->settings) {
    if (setting.reloadable) reloadable.insert(setting.name);
  }
  CHECK(reloadable == std::set<std::string>{"allowed-host", "log-level", "post-rate", "post-rate-total", "public-origins",
                                            "public-read", "retention-days", "retention-size", "token-file", "trusted-proxies"});
}

TEST_CASE("a misspelt variable is reported with the known ones") {
  CHECK(unknown_variables({"COPYBENCH_LISTEN", "COPYBENCH_CONFIG"}).empty());
  const auto told = unknown_variables({"COPYBENCH_LOGLEVEL"});
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("COPYBENCH_LOGLEVEL: there is no such variable; there are COPYBENCH_") == 0);
  CHECK(told[0].find("COPYBENCH_LOG_LEVEL") != std::string::npos);
}
