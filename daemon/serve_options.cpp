#include "daemon/serve_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "api/listener.h"
#include "core/model/names.h"

namespace copybench {
namespace {

std::string check_listen(const std::string& text) {
  const auto address = parse_listen_address(text);
  return address ? "" : address.error().message;
}

std::string check_test_fault(const std::string& text) {
  const bool names_engine = from_name<EngineMode>(std::string_view(text).substr(0, text.find('='))).has_value();
  if (names_engine && text.find('=') != std::string::npos) return "";
  return "allowed is ENGINE=FAULT, such as one_copy=burn:share=0.05";
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command
      .add_option("--config", options.config_file,
                  fmt::format("The configuration file; its keys are the options' names [{}, where it exists]", kConfigurationFile))
      ->configurable(false);
  command.add_option("--listen", options.listen, "HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 for a free one")
      ->check(check_listen)
      ->capture_default_str();
  command
      .add_option("--token-file", options.access.token_file,
                  "File of the bearer token that clients must send; needed where other machines can reach the address")
      ->group(kReloadable)
      ->default_str("$CREDENTIALS_DIRECTORY/token, where it exists");
  command.add_flag("--public-read", options.access.public_read, "With a token: reading needs none")
      ->group(kReloadable)
      ->default_str("false");
  command
      .add_option("--allowed-host", options.access.allowed_hosts,
                  "Another name of this server that clients may address it by; may be given several times")
      ->allow_extra_args(false)
      ->group(kReloadable)
      ->default_str("none");
  add_limit_options(command, options.limits);
  command
      .add_option("--data-dir", options.data_directory, "Folder of the database")
      ->default_str("$STATE_DIRECTORY, else $XDG_STATE_HOME/copybench or ~/.local/state/copybench");
  command.add_option("--perf", options.perf, "The perf program, by name or path")->capture_default_str();
  command.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->group(kReloadable)
      ->capture_default_str();
  command
      .add_option("--retention-days", options.retention_days,
                  "Experiments that ended so many days ago are removed, unless pinned; 0: none")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  command
      .add_option("--retention-size", options.retention_size,
                  "While the data take more than this (20GB, 500MB), the oldest experiments are removed, unless pinned; 0: none")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true))
      ->capture_default_str();
  command.add_option("--test-faults", options.test_faults, "For tests: ENGINE=FAULT, what to start an engine with")
      ->check(check_test_fault)
      ->group("");
  command.add_option("--limit-scale", options.limit_scale)->check(CLI::PositiveNumber)->group("");
  command.add_option("--stage-fd", options.stage_fd)->group("");
}

Result<ServeConfiguration> read_serve_configuration(const Flags& flags, const Environment& environment,
                                                    const std::string& default_file) {
  ServeConfiguration configuration;
  CLI::App command;
  command.set_help_flag();
  add_serve_options(command, configuration.options);

  if (const auto flag = flags.find("config"); flag != flags.end()) {
    configuration.file = flag->second.front();
  } else if (const auto variable = environment(variable_of("config"))) {
    configuration.file = *variable;
  } else if (std::error_code ignored; std::filesystem::exists(default_file, ignored)) {
    configuration.file = default_file;
  }
  auto settings = apply_layers(command, flags, environment, configuration.file);
  if (!settings) return tl::unexpected(settings.error());
  configuration.settings = std::move(*settings);
  return configuration;
}

std::string describe(const ServeConfiguration& configuration) {
  std::string text = configuration.file.empty() ? fmt::format("No configuration file: there is no {}.\n\n", kConfigurationFile)
                                                : fmt::format("{} is in order.\n\n", configuration.file);
  size_t names = 0;
  size_t values = 0;
  for (const Setting& setting : configuration.settings) {
    names = std::max(names, setting.name.size());
    values = std::max(values, setting.value.size());
  }
  for (const Setting& setting : configuration.settings) {
    text += fmt::format("{:<{}}  {:<{}}  {}\n", setting.name, names, setting.value.empty() ? "-" : setting.value, values, setting.source);
  }
  return text;
}

}  // namespace copybench
