// The effective value of each option of a command: the flag, else COPYBENCH_<NAME> of the environment, else the key of the
// configuration file, else the default. All use one name: the flag --log-level is COPYBENCH_LOG_LEVEL and the key
// `log-level`. The file is TOML (daemon/configuration_file.h). CLI11 validates the values of every layer.
//
// An option that is not configurable() is only a flag and a variable. An option without a group is hidden, and only a flag. An
// option of group kReloadable may change while the daemon runs.
//
// Pure except for reading the file. Errors: one line for each problem, with its place and what is allowed.
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
// The type of options that take the path of a file or folder, which a shell completes.
inline constexpr const char* kPath = "PATH";

using Flags = std::map<std::string, std::vector<std::string>>;  // by name, without dashes
// The variable's value; none if it is unset or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Setting {
  std::string name;
  std::string value;
  std::string source;  // "flag --listen", "COPYBENCH_LISTEN", "/etc/copybench/copybench.toml line 3", "default"
  bool reloadable = false;
};

// The flags that a command line has set, after `command` has been parsed from it. apply_layers() ignores flags that its own
// command does not have.
Flags flags_of(const CLI::App& command);

std::optional<std::string> process_environment(const std::string& name);
std::string variable_of(const std::string& option_name);

// The settings that differ from those in effect, by name.
struct Changes {
  std::vector<Setting> to_apply;  // reloadable
  std::vector<Setting> to_restart_for;
};
Changes changes_between(const std::vector<Setting>& in_force, const std::vector<Setting>& fresh);

// For CLI11: a finite number between the two. CLI::Range would accept nan, which is neither below nor above.
CLI::Validator finite_number(double least, double most);
CLI::Validator not_empty();

// The names in the environment of this process that begin like those of our variables.
std::vector<std::string> process_variables();
// The names that are not the variable of any of the command's options, so that nothing would read them.
std::vector<std::string> unknown_variables(const CLI::App& command, const std::vector<std::string>& names);

// Assigns the layers' values to the options of `command`, which has parsed nothing. An empty `file` means no file.
Result<std::vector<Setting>> apply_layers(CLI::App& command, const Flags& flags, const Environment& environment,
                                          const std::string& file);

}  // namespace copybench
