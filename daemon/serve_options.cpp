#include "daemon/serve_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "api/http/listener.h"
#include "core/model/names.h"
#include "daemon/configuration.h"

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

// For CLI11: converts "20GB" to bytes. CLI11's own AsSizeValue accepts a minus sign, and wraps around.
std::string as_bytes(std::string& text) {
  constexpr int64_t kMost = int64_t{1} << 60;
  const std::string given = text;
  std::string problem = "no number";
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    try {
      problem = CLI::AsSizeValue(/*kb_is_1000=*/true)(text);
    } catch (const CLI::ParseError& error) {
      problem = error.what();
    }
  }
  int64_t bytes = 0;
  if (problem.empty() && CLI::detail::lexical_cast(text, bytes) && bytes >= 0 && bytes <= kMost) return "";
  return given + ": allowed are bytes, or a whole number of kB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 500MB; 0: no limit";
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command
      .add_option("--config", options.config_file,
                  fmt::format("The configuration file; its keys are the options' names [{}, where it exists]", kConfigurationFile))
      ->type_name(kPath)
      ->configurable(false);
  command.add_option("--listen", options.listen, "HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 for a free one")
      ->check(check_listen)
      ->capture_default_str();
  command
      .add_option("--token-file", options.access.token_file,
                  "File of the bearer token that clients must send; needed where other machines can reach the address")
      ->type_name(kPath)
      ->check(not_empty())
      ->group(kReloadable)
      ->default_str("$CREDENTIALS_DIRECTORY/token, where it exists");
  command.add_flag("--public-read", options.access.public_read, "With a token: reading needs none")
      ->group(kReloadable)
      ->default_str("false");
  command
      .add_option("--allowed-host", options.access.allowed_hosts,
                  "Another name of this server that clients may address it by; may be given several times")
      ->check(check_allowed_host)
      ->allow_extra_args(false)
      ->delimiter(',')
      ->group(kReloadable)
      ->default_str("none");
  command
      .add_option("--public-origins", options.access.public_origins,
                  "Origins such as https://bench.lan under which browsers reach this server through a proxy; several with commas")
      ->check(check_public_origin)
      ->allow_extra_args(false)
      ->delimiter(',')
      ->group(kReloadable)
      ->default_str("none");
  command
      .add_option("--trusted-proxies", options.access.trusted_proxies,
                  "Addresses or networks of proxies whose X-Forwarded-* headers are believed; unix: of the unix socket; several "
                  "with commas")
      ->check(check_trusted_proxy)
      ->allow_extra_args(false)
      ->delimiter(',')
      ->group(kReloadable)
      ->default_str("none");
  add_limit_options(command, options.limits);
  command
      .add_option("--data-dir", options.data_directory, "Folder of the database")
      ->type_name(kPath)
      ->check(not_empty())
      ->default_str("$STATE_DIRECTORY, else $XDG_STATE_HOME/copybench or ~/.local/state/copybench");
  command.add_option("--perf", options.perf, "The perf program, by name or path")
      ->type_name(kPath)
      ->check(not_empty())
      ->capture_default_str();
  command.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->group(kReloadable)
      ->capture_default_str();
  command
      .add_option("--retention-days", options.retention_days,
                  "Experiments that ended so many days ago are removed, unless pinned; 0: none")
      ->check(CLI::Range(0, 36500))
      ->group(kReloadable)
      ->capture_default_str();
  command
      .add_option("--retention-size", options.retention_size,
                  "While the data take more than this (20GB, 500MB), the oldest experiments are removed, unless pinned; 0: none")
      ->transform(CLI::Validator(as_bytes, "SIZE"))
      ->group(kReloadable)
      ->capture_default_str();
  command.add_option("--test-faults", options.test_faults, "For tests: ENGINE=FAULT, what to start an engine with")
      ->check(check_test_fault)
      ->group("");
  command.add_option("--limit-scale", options.limit_scale)->check(finite_number(1e-6, 1e6))->group("");
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

std::vector<std::string> unknown_variables(const std::vector<std::string>& names) {
  ServeOptions options;
  CLI::App command;
  command.set_help_flag();
  add_serve_options(command, options);
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options([](const CLI::Option* each) { return !each->get_group().empty(); })) {
    known.push_back(variable_of(option->get_single_name()));
  }
  std::vector<std::string> lines;
  for (const std::string& name : unknown_variables(command, names)) {
    lines.push_back(fmt::format("{}: there is no such variable; there are {}", name, fmt::join(known, ", ")));
  }
  return lines;
}

std::string describe(const ServeConfiguration& configuration, bool in_order) {
  std::string text = configuration.file.empty() ? fmt::format("No configuration file: there is no {}.\n\n", kConfigurationFile)
                     : in_order                 ? fmt::format("{} is in order.\n\n", configuration.file)
                                                : fmt::format("{} says:\n\n", configuration.file);
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
