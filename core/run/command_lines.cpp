#include "core/run/command_lines.h"

#include "core/host/cpu_set.h"
#include "core/model/field_values.h"
#include "core/model/request_fields.h"

namespace copybench {
namespace {

// The settings that go to this child: "--tcp-nodelay", "--socket-buffer-bytes 65536"; those without a value are left out.
void append_settings(std::vector<std::string>& line, const ExperimentSpec& spec, GoesTo child) {
  each_request_field([&]<typename Field>(const Field& field) {
    if constexpr (Field::has_spec) {
      if (field.goes_to != child && field.goes_to != GoesTo::both) return;
      const Json value = field_json(spec.*Field::in_spec);
      if (value.is_boolean()) {
        line.push_back(option_of(field, value.get<bool>()));
      } else if (!value.is_null()) {
        line.push_back(option_of(field));
        line.push_back(value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
  });
}

void append_common(std::vector<std::string>& line, const ExperimentSpec& spec, GoesTo child,
                   const Configuration& configuration, const std::vector<int>& cpus) {
  append_settings(line, spec, child);
  line.insert(line.end(), {"--field-bytes", std::to_string(configuration.field_bytes), "--threads",
                           std::to_string(configuration.threads), "--orders"});
  if (!cpus.empty()) line.insert(line.end(), {"--cpus", format_cpu_list(cpus)});
}

}  // namespace

std::vector<std::string> engine_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                             const std::vector<int>& cpus) {
  std::vector<std::string> line{"engine", std::string(name_of(configuration.engine)), "--port", "0"};
  append_common(line, spec, GoesTo::engine, configuration, cpus);
  return line;
}

std::vector<std::string> load_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                           const std::vector<int>& cpus, int port) {
  std::vector<std::string> line{"load", "--host", "127.0.0.1", "--port", std::to_string(port)};
  append_common(line, spec, GoesTo::load, configuration, cpus);
  return line;
}

}  // namespace copybench
