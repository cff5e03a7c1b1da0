// What is in force for each option of a command: the flag, else COPYBENCH_<NAME> of the environment, else the key of the
// configuration file, else the default. One name serves all: the flag --log-level is COPYBENCH_LOG_LEVEL and the key
// `log-level`. The file is TOML (daemon/configuration_file.h); CLI11 validates each value, whatever its layer.
//
// An option that is not configurable() is a flag and a variable only; one of no group is hidden, and a flag only. One of
// group kReloadable may change while the daemon runs.
//
// Pure but for reading the file. Errors: one line for each thing that is wrong, with its place and what is allowed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace copybench {

inline constexpr const char* kReloadable = "Options that a reload applies";
// The type of options that take the path of a file or folder: a shell completes it.
inline constexpr const char* kPath = "PATH";

using Flags = std::map<std::string, std::vector<std::string>>;  // by name, without dashes
// The variable's value; none where it is unset or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Setting {
  std::string name;
  std::string value;
  std::string source;  // "flag --listen", "COPYBENCH_LISTEN", "/etc/copybench/copybench.toml line 3", "default"
  bool reloadable = false;
};

// The flags that a command line has set, after `command` has been parsed from it. Those that apply_layers() does not find
// in its own command are left out there.
Flags flags_of(const CLI::App& command);

std::optional<std::string> process_environment(const std::string& name);
std::string variable_of(const std::string& option_name);

// What differs from the settings in force, by name.
struct Changes {
  std::vector<Setting> to_apply;  // reloadable
  std::vector<Setting> to_restart_for;
};
Changes changes_between(const std::vector<Setting>& in_force, const std::vector<Setting>& fresh);

// For CLI11: a finite number between the two, which CLI::Range would not ask for (nan is neither below nor above).
CLI::Validator finite_number(double least, double most);

// Names in the environment of this process that begin as those of our variables do.
std::vector<std::string> process_variables();
// Those of the names that are no variable of the command's options, which nobody would read.
std::vector<std::string> unknown_variables(const CLI::App& command, const std::vector<std::string>& names);

// Assigns what the layers say to the options of `command`, which has parsed nothing. An empty `file` stands for none.
Result<std::vector<Setting>> apply_layers(CLI::App& command, const Flags& flags, const Environment& environment,
                                          const std::string& file);

}  // namespace copybench
