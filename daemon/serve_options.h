// Options of `copybenchd serve`: the struct that the daemon is composed from, and the table that declares each option once for
// the command line, the environment and the configuration file (daemon/configuration.h). A new option is a member here, a line in
// add_serve_options(), and a paragraph in systemd/copybench.toml.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "api/server.h"
#include "core/base/result.h"
#include "daemon/access_options.h"
#include "daemon/configuration.h"
#include "daemon/limit_options.h"

namespace copybench {

inline constexpr const char* kConfigurationFile = "/etc/copybench/copybench.toml";  // read if it exists

struct ServeOptions {
  std::string config_file;
  std::string listen = ApiOptions{}.listen;
  AccessOptions access;
  LimitOptions limits;
  std::string data_directory;  // empty: default_data_directory()
  std::string perf = "perf";
  std::string log_level = "info";
  std::vector<std::string> test_faults;  // hidden: "one_copy=burn:share=0.05" starts that engine with this --fault
  int64_t retention_days = 0;       // 0: off
  uint64_t retention_size = 0;      // bytes; 0: off
  // For tests, hidden.
  double limit_scale = 1;  // factor for the limits of a run's stages
  int stage_fd = -1;       // see stage_hook.h
};

void add_serve_options(CLI::App& command, ServeOptions& options);

struct ServeConfiguration {
  ServeOptions options;
  std::vector<Setting> settings;
  std::string file;  // the configuration file that was read; empty: none
};

// Called at start and at each reload. The flags stay; the environment and the file are read again.
Result<ServeConfiguration> read_serve_configuration(const Flags& flags,
                                                    const Environment& environment = process_environment,
                                                    const std::string& default_file = kConfigurationFile);

// For `--check-config`: a line for each setting, with its source.
std::string describe(const ServeConfiguration& configuration, bool in_order);

// A line for each name that is not the variable of any option; see process_variables().
std::vector<std::string> unknown_variables(const std::vector<std::string>& names);

}  // namespace copybench
