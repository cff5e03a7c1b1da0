#include "daemon/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <vector>

#include "daemon/commands.h"
#include "daemon/configuration.h"
#include "daemon/terminal.h"

namespace copybench {
namespace {

using Words = std::vector<std::string>;

// values: a line for each option that takes a value; commands: one for each command.
constexpr const char* kScript = R"(# bash completion for {program}, made by `{program} completion bash`.
_{program}() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= words= i
  COMPREPLY=()
  # bash takes "--option=value" for three words.
  if [[ $word == "=" ]]; then
    word=
  elif [[ $before == "=" ]] && ((COMP_CWORD > 1)); then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${{COMP_WORDS[i]}} != -* ]]; then
      command=${{COMP_WORDS[i]}}
      break
    fi
  done
  case $command:$before in
{values}    *)
      case $command in
{commands}      esac
      ;;
  esac
  if [[ $words == PATH ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  fi
}}
complete -F _{program} {program}
)";

Words names_of(const CLI::Option& option) {
  Words names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

// The completions of the option's value: PATH, the words of its set, or nothing.
std::string words_for(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type == kPath) return type;
  const size_t begin = type.find('{');
  const size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return "";
  std::string words = type.substr(begin + 1, end - begin - 1);
  for (char& c : words) c = c == ',' ? ' ' : c;
  return words;
}

std::vector<const CLI::Option*> shown_options(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

// A line of the script's outer case for each option of the command that takes a value.
std::string value_cases(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : shown_options(command)) {
    if (option->get_positional() || option->get_items_expected_max() == 0) continue;
    Words patterns;
    for (const std::string& name : names_of(*option)) patterns.push_back(command.get_name() + ":" + name);
    text += fmt::format("    {}) words=\"{}\" ;;\n", fmt::join(patterns, " | "), words_for(*option));
  }
  return text;
}

// The command's line of the script's inner case: the completions where no value is expected.
std::string command_case(const CLI::App& command) {
  Words flags;
  std::string positional;
  for (const CLI::Option* option : shown_options(command)) {
    const Words names = names_of(*option);
    flags.insert(flags.end(), names.begin(), names.end());
    if (option->get_positional() && positional.empty()) positional = words_for(*option);
  }
  return fmt::format("        {}) if [[ $word == -* ]]; then words=\"{}\"; else words=\"{}\"; fi ;;\n", command.get_name(),
                     fmt::join(flags, " "), positional);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string values;
  std::string commands;
  Words first;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    first.push_back(command->get_name());
    values += value_cases(*command);
    commands += command_case(*command);
  }
  for (const CLI::Option* option : shown_options(app)) {
    const Words names = names_of(*option);
    first.insert(first.end(), names.begin(), names.end());
  }
  commands = fmt::format("        \"\") words=\"{}\" ;;\n", fmt::join(first, " ")) + commands;
  return fmt::format(kScript, fmt::arg("program", "copybenchd"), fmt::arg("values", values), fmt::arg("commands", commands));
}

void add_completion_command(CLI::App& app, CommandResult done) {
  auto* command = app.add_subcommand("completion", "Prints a shell's completion of this command line");
  auto shell = std::make_shared<std::string>();
  command->group("");
  command->add_option("shell", *shell, "The shell")->required()->check(CLI::IsMember({"bash"}));
  command->callback([&app, shell, done] {
    say("{}", bash_completion(app));
    done(0);
  });
}

}  // namespace copybench
