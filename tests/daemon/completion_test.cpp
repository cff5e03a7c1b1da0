#include "daemon/completion.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdio.h>

#include <set>
#include <sstream>

#include "daemon/commands.h"
#include "fixture.h"

using namespace copybench;

namespace {

std::string script() {
  CLI::App app("copybench");
  app.set_version_flag("-V,--version", "copybenchd 1");
  const CommandResult done = [](int) {};
  add_serve_command(app, done);
  add_engine_command(app, done);
  add_backup_command(app, done);
  add_completion_command(app, done);
  return bash_completion(app);
}

// Returns bash's offers while the last of these words is being typed.
std::set<std::string> offers(const TemporaryFolder& folder, const std::string& words) {
  const std::string file = (folder.path / "completion").string();
  if (!std::filesystem::exists(file)) folder.file("completion", script());
  const std::string command = fmt::format(
      "cd '{}' && bash --norc -euc \"source ./completion; COMP_WORDS=({}); COMP_CWORD=\\$((\\${{#COMP_WORDS[@]}} - 1));"
      " compopt() {{ :; }}; _copybenchd; printf '%s\\n' \\\"\\${{COMPREPLY[@]}}\\\"\" 2>&1",
      folder.path.string(), words);
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::string text;
  char buffer[256];
  while (::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  CHECK(::pclose(pipe) == 0);
  std::set<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) found.insert(line);
  }
  return found;
}

using Words = std::set<std::string>;

}  // namespace

TEST_CASE("bash completes commands and the program's own options, but nothing hidden") {
  const TemporaryFolder folder;
  const Words all = offers(folder, "copybenchd ''");
  for (const char* word : {"serve", "engine", "backup", "--version", "-V", "--help"}) CHECK(all.count(word) == 1);
  CHECK(all.count("completion") == 0);
  CHECK(offers(folder, "copybenchd ser") == Words{"serve"});
}

TEST_CASE("bash completes the options of a command") {
  const TemporaryFolder folder;
  CHECK(offers(folder, "copybenchd serve --log") == Words{"--log-level"});
  CHECK(offers(folder, "copybenchd serve --listen x --retention-d") == Words{"--retention-days"});
  CHECK(offers(folder, "copybenchd serve --stage") == Words{});
  CHECK(offers(folder, "copybenchd engine --no-tcp") == Words{"--no-tcp-nodelay"});
}

TEST_CASE("bash completes values: of a set, of a path, of neither") {
  const TemporaryFolder folder;
  folder.file("a name.toml", "");
  CHECK(offers(folder, "copybenchd serve --log-level ''") == Words{"debug", "error", "info", "warning"});
  CHECK(offers(folder, "copybenchd serve --log-level = d") == Words{"debug"});
  CHECK(offers(folder, "copybenchd serve --log-level =") == Words{"debug", "error", "info", "warning"});
  CHECK(offers(folder, "copybenchd serve --config a") == Words{"a name.toml"});
  CHECK(offers(folder, "copybenchd serve --listen ''") == Words{});
  CHECK(offers(folder, "copybenchd engine z") == Words{"zero_copy"});
  CHECK(offers(folder, "copybenchd backup a") == Words{"a name.toml"});
  CHECK(offers(folder, "copybenchd backup --d") == Words{"--data-dir"});
}
