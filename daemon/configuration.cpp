#include "daemon/configuration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/host/text_file.h"
#include "daemon/configuration_file.h"

namespace copybench {
namespace {

constexpr std::string_view kVariablePrefix = "COPYBENCH_";

bool is_hidden(const CLI::Option& option) { return option.get_group().empty(); }

// The options of one command with their values from each layer, and the problems found.
class Layers {
 public:
  explicit Layers(CLI::App& command) : command_(command) {}

  void apply(const Flags& flags) {
    for (const auto& [name, values] : flags) {
      if (CLI::Option* option = command_.get_option_no_throw("--" + name)) assign(*option, values, "flag --" + name);
    }
  }

  void apply(const Environment& environment) {
    for (CLI::Option* option : command_.get_options()) {
      if (is_hidden(*option)) continue;
      const std::string variable = variable_of(option->get_single_name());
      if (const auto value = environment(variable)) assign(*option, {*value}, variable);
    }
  }

  void apply_file(const std::string& path) {
    const auto text = read_small_file(path);
    if (!text) {
      problems_.push_back("the configuration file: " + text.error().message);
      return;
    }
    const ConfigurationEntries read = read_configuration(*text);
    for (const auto& [line, problem] : read.problems) problems_.push_back(fmt::format("{} line {}: {}", path, line, problem));
    for (const ConfigurationEntry& entry : read.entries) apply_entry(entry, fmt::format("{} line {}", path, entry.line));
  }

  Result<std::vector<Setting>> result() const {
    if (!problems_.empty()) return fail(fmt::format("{}", fmt::join(problems_, "\n")));
    std::vector<Setting> settings;
    for (const CLI::Option* option : visible_options()) {
      const auto source = sources_.find(option);
      const bool is_default = source == sources_.end();
      settings.push_back({option->get_single_name(),
                          is_default ? option->get_default_str() : fmt::format("{}", fmt::join(option->results(), ", ")),
                          is_default ? "default" : source->second, option->get_group() == kReloadable});
    }
    return settings;
  }

 private:
  void apply_entry(const ConfigurationEntry& entry, const std::string& place) {
    CLI::Option* option = command_.get_option_no_throw("--" + entry.key);
    if (option == nullptr || is_hidden(*option) || !option->get_configurable()) {
      problems_.push_back(fmt::format("{}: {}: no such key; there are {}", place, entry.key, fmt::join(keys(), ", ")));
      return;
    }
    const bool is_list = option->get_items_expected_max() > 1;
    if (entry.is_array && !is_list) {
      problems_.push_back(fmt::format("{}: --{}: an array is given; allowed is one value", place, entry.key));
      return;
    }
    // CLI11 accepts any text as a string, so it would accept true as a folder's name. It also accepts numbers for flags.
    const bool is_flag = option->get_expected_min() == 0;
    const bool is_text = option->get_type_name().starts_with("TEXT") || option->get_type_name() == kPath;
    std::vector<std::string> values;
    for (const ConfigurationValue& value : entry.values) {
      if (is_text && value.type != ConfigurationValue::Type::string) {
        problems_.push_back(fmt::format("{}: --{}: {} is given; allowed is a string, which stands in quotes", place, entry.key, value.text));
        return;
      }
      if (is_flag && value.type == ConfigurationValue::Type::number) {
        problems_.push_back(fmt::format("{}: --{}: {} is given; allowed is true, false", place, entry.key, value.text));
        return;
      }
      values.push_back(value.text);
    }
    assign(*option, std::move(values), place);
  }

  static bool is_flag_value(std::string_view text) { return text == "true" || text == "false" || text == "1" || text == "0"; }

  // A value of a stronger layer stays. A weaker layer's value is validated all the same, since it may take effect later.
  void assign(CLI::Option& option, std::vector<std::string> values, const std::string& source) {
    const CLI::results_t stronger = option.results();
    try {
      option.clear();
      const bool is_flag = option.get_expected_min() == 0;
      // CLI11 takes an empty text for a flag without a value, which is true, and any number for one of true and false.
      if (is_flag && !values.empty() && !is_flag_value(values.front())) {
        throw CLI::ConversionError(fmt::format("--{}: \"{}\" is given", option.get_single_name(), values.front()));
      }
      if (is_flag && !values.empty()) values = {option.get_flag_value(option.get_single_name(), values.front())};
      if (!values.empty()) {  // an empty array means no value
        option.add_result(values);
        option.run_callback();
      }
      if (stronger.empty()) sources_[&option] = source;
    } catch (const CLI::ParseError& error) {
      const bool says_what_is_allowed = dynamic_cast<const CLI::ValidationError*>(&error) != nullptr;
      const std::string allowed = option.get_expected_min() == 0 ? "true, false" : option.get_type_name();
      problems_.push_back(fmt::format("{}: {}{}", source, error.what(), says_what_is_allowed ? "" : "; allowed is " + allowed));
    }
    if (stronger.empty()) return;
    option.clear();
    option.add_result(stronger);
    option.run_callback();
  }

  std::vector<const CLI::Option*> visible_options() const {
    return static_cast<const CLI::App&>(command_).get_options([](const CLI::Option* option) {
      return !is_hidden(*option) && option->get_configurable();
    });
  }

  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : visible_options()) names.push_back(option->get_single_name());
    return names;
  }

  CLI::App& command_;
  std::map<const CLI::Option*, std::string> sources_;
  std::vector<std::string> problems_;
};

}  // namespace

Flags flags_of(const CLI::App& command) {
  Flags flags;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() > 0) flags[option->get_single_name()] = option->results();
  }
  return flags;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string variable_of(const std::string& option_name) {
  std::string variable(kVariablePrefix);
  for (const char c : option_name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

CLI::Validator not_empty() {
  return {[](const std::string& text) { return std::string(text.empty() ? "is empty; allowed: a name or path" : ""); }, ""};
}

CLI::Validator finite_number(double least, double most) {
  return {[least, most](const std::string& text) -> std::string {
            double value = 0;
            if (CLI::detail::lexical_cast(text, value) && value >= least && value <= most) return "";
            return fmt::format("Value {} not in range {} to {}", text, least, most);
          },
          fmt::format("FLOAT in [{} - {}]", least, most)};
}

std::vector<std::string> process_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with(kVariablePrefix)) names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

std::vector<std::string> unknown_variables(const CLI::App& command, const std::vector<std::string>& names) {
  std::vector<std::string> unknown;
  const auto options = command.get_options([](const CLI::Option* option) { return !is_hidden(*option); });
  for (const std::string& name : names) {
    const bool known = std::any_of(options.begin(), options.end(), [&](const CLI::Option* option) {
      return variable_of(option->get_single_name()) == name;
    });
    if (!known) unknown.push_back(name);
  }
  return unknown;
}

Changes changes_between(const std::vector<Setting>& in_force, const std::vector<Setting>& fresh) {
  Changes changes;
  for (const Setting& setting : fresh) {
    const bool same = std::any_of(in_force.begin(), in_force.end(), [&](const Setting& current) {
      return current.name == setting.name && current.value == setting.value;
    });
    if (!same) (setting.reloadable ? changes.to_apply : changes.to_restart_for).push_back(setting);
  }
  return changes;
}

Result<std::vector<Setting>> apply_layers(CLI::App& command, const Flags& flags, const Environment& environment,
                                          const std::string& file) {
  Layers layers(command);
  layers.apply(flags);
  layers.apply(environment);
  if (!file.empty()) layers.apply_file(file);
  return layers.result();
}

}  // namespace copybench
