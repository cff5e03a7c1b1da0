#include "daemon/configuration.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

using namespace copybench;

namespace {

// A command with an option of each kind, and the layers to apply to it.
struct Command {
  std::string colour = "red";
  int size = 3;
  bool loud = false;
  std::string hidden;
  CLI::App app;
  std::filesystem::path file;

  explicit Command(const std::string& text = "") {
    app.set_help_flag();
    app.add_option("--colour", colour, "red or blue")
        ->check(CLI::IsMember({"red", "blue"}))
        ->group(kReloadable)
        ->capture_default_str();
    app.add_option("--pen-size", size)->check(CLI::Range(1, 9))->capture_default_str();
    app.add_flag("--loud", loud);
    app.add_option("--hidden", hidden)->group("");
    file = std::filesystem::temp_directory_path() / ("copybench-configuration-" + std::to_string(::getpid()) + ".toml");
    std::ofstream(file) << text;
  }
  ~Command() { std::filesystem::remove(file); }

  Result<std::vector<Setting>> apply(const Flags& flags = {}, const std::map<std::string, std::string>& variables = {}) {
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return apply_layers(app, flags, environment, file);
  }
};

}  // namespace

TEST_CASE("without a value from any layer the defaults are in force") {
  Command command;
  const auto settings = command.apply();
  REQUIRE(settings);
  REQUIRE(settings->size() == 3);  // without the hidden one
  CHECK((*settings)[0].name == "colour");
  CHECK((*settings)[0].value == "red");
  CHECK((*settings)[0].source == "default");
  CHECK((*settings)[0].reloadable);
  CHECK_FALSE((*settings)[1].reloadable);
}

TEST_CASE("flag beats environment beats file beats default, each with its source") {
  Command command("colour = \"blue\"\npen-size = 4\nloud = true\n");
  const auto file_only = command.apply();
  REQUIRE(file_only);
  CHECK(command.colour == "blue");
  CHECK(command.size == 4);
  CHECK(command.loud);
  CHECK((*file_only)[1].source == command.file.string() + " line 2");

  Command both("pen-size = 4\n");
  const auto with_variable = both.apply({}, {{"COPYBENCH_PEN_SIZE", "5"}});
  REQUIRE(with_variable);
  CHECK(both.size == 5);
  CHECK((*with_variable)[1].source == "COPYBENCH_PEN_SIZE");

  Command all("pen-size = 4\nloud = true\n");
  const auto with_flag = all.apply({{"pen-size", {"6"}}, {"loud", {"false"}}, {"another-command's", {"x"}}},
                                   {{"COPYBENCH_PEN_SIZE", "5"}});
  REQUIRE(with_flag);
  CHECK(all.size == 6);
  CHECK_FALSE(all.loud);
  CHECK((*with_flag)[1].source == "flag --pen-size");
  CHECK((*with_flag)[1].value == "6");
}

TEST_CASE("all errors are reported at once, with their place and the allowed values") {
  Command command("color = \"blue\"\ncolour = \"green\"\npen-size = 1_0\nhidden = 1\n[section]\n");
  const auto refused = command.apply({}, {{"COPYBENCH_LOUD", "perhaps"}});
  REQUIRE_FALSE(refused);
  const std::string& text = refused.error().message;
  const std::string path = command.file.string();
  CAPTURE(text);
  CHECK(text.find(path + " line 1: color: no such key; there are colour, pen-size, loud") != std::string::npos);
  CHECK(text.find(path + " line 2: --colour: green not in {red,blue}") != std::string::npos);
  // The library's wording differs by version: "in range 1 to 9", "in range [1 - 9]".
  const std::regex range(path + " line 3: --pen-size: [^\n]*\\b10\\b[^\n]*\\b1\\b[^\n]*\\b9\\b");
  CHECK(std::regex_search(text, range));
  CHECK(text.find(path + " line 4: hidden: no such key") != std::string::npos);
  CHECK(text.find(path + " line 5: section: tables are not used") != std::string::npos);
  CHECK(text.find("COPYBENCH_LOUD: ") != std::string::npos);
  CHECK(text.find("allowed is true, false") != std::string::npos);
}

TEST_CASE("a bad value is rejected even if a stronger layer overrides it") {
  Command command("pen-size = \"many\"\n");
  const auto refused = command.apply({{"pen-size", {"6"}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("line 1: ") != std::string::npos);
  CHECK(command.size == 6);
}

TEST_CASE("a value of another type than the option's is rejected, with the allowed values") {
  Command command("colour = true\npen-size = [4]\nloud = 2\n");
  const auto refused = command.apply();
  REQUIRE_FALSE(refused);
  const std::string& text = refused.error().message;
  CAPTURE(text);
  CHECK(text.find(" line 1: --colour: true is given; allowed is a string, which stands in quotes") != std::string::npos);
  CHECK(text.find(" line 2: --pen-size: an array is given; allowed is one value") != std::string::npos);
  CHECK(text.find("allowed is true, false") != std::string::npos);
}

TEST_CASE("a list is an array, over lines as well, one value, or nothing") {
  const auto names = [](const std::string& text, const std::map<std::string, std::string>& variables = {}) {
    Command command(text);
    std::vector<std::string> values;
    command.app.add_option("--names", values)->allow_extra_args(false)->delimiter(',')->default_str("none");
    const auto settings = command.apply({}, variables);
    REQUIRE(settings);
    return std::pair{values, settings->back().value};
  };
  using Names = std::vector<std::string>;
  CHECK(names("names = [\n'a',\n'b',\n]").first == Names{"a", "b"});
  CHECK(names("names = 'a'").first == Names{"a"});
  CHECK(names("names = []") == std::pair{Names{}, std::string()});
  CHECK(names("").second == "none");
  CHECK(names("names = 'a'", {{"COPYBENCH_NAMES", "b,c"}}).first == Names{"b", "c"});
}

TEST_CASE("a file that is a folder is an error") {
  Command command;
  std::filesystem::remove(command.file);
  std::filesystem::create_directory(command.file);
  const auto refused = command.apply();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find(command.file.string() + ": ") != std::string::npos);
}

TEST_CASE("a change says whether a reload applies it; another source of the same value is no change") {
  const std::vector<Setting> in_force{{"colour", "red", "default", true}, {"pen-size", "3", "default", false}, {"loud", "", "default", false}};
  const std::vector<Setting> fresh{{"colour", "blue", "file", true}, {"pen-size", "4", "file", false}, {"loud", "", "flag", false}};
  const Changes changes = changes_between(in_force, fresh);
  REQUIRE(changes.to_apply.size() == 1);
  CHECK(changes.to_apply[0].value == "blue");
  REQUIRE(changes.to_restart_for.size() == 1);
  CHECK(changes.to_restart_for[0].name == "pen-size");
}

TEST_CASE("a file that cannot be opened is an error") {
  Command command;
  command.file = "/nonexistent/copybench.toml";
  const auto refused = command.apply();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("/nonexistent/copybench.toml") != std::string::npos);
}

TEST_CASE("the flags of a parsed command line are the given ones") {
  Command command;
  command.app.parse("--pen-size 7 --loud");
  const Flags flags = flags_of(command.app);
  CHECK(flags == Flags{{"loud", {"true"}}, {"pen-size", {"7"}}});
  CHECK(variable_of("log-level") == "COPYBENCH_LOG_LEVEL");
}

TEST_CASE("unused variables are found") {
  const Command command;
  CHECK(unknown_variables(command.app, {"COPYBENCH_COLOUR", "COPYBENCH_PEN_SIZE"}).empty());
  CHECK(unknown_variables(command.app, {"COPYBENCH_COLOR", "COPYBENCH_LOUD", "COPYBENCH_HIDDEN"}) ==
        std::vector<std::string>{"COPYBENCH_COLOR", "COPYBENCH_HIDDEN"});
  ::setenv("COPYBENCH_OF_THE_TEST", "=x", 1);
  const auto names = process_variables();
  CHECK(std::count(names.begin(), names.end(), "COPYBENCH_OF_THE_TEST") == 1);
  ::unsetenv("COPYBENCH_OF_THE_TEST");
}

TEST_CASE("a value that is no finite number is in no range") {
  const CLI::Validator between = finite_number(0, 10);
  for (std::string good : {"0", "10", "1e-3", "2.5"}) CHECK(between(good).empty());
  for (std::string bad : {"nan", "-nan", "inf", "-1", "11", "", "x", "1x"}) {
    CAPTURE(bad);
    CHECK(between(bad) == fmt::format("Value {} not in range 0 to 10", bad));
  }
}
