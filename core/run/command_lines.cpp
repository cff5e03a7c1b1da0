#include "core/run/command_lines.h"

#include <fmt/format.h>

#include "core/host/cpu_set.h"

namespace copybench {
namespace {

void append_common(std::vector<std::string>& line, const ExperimentSpec& spec, const Configuration& configuration,
                   const std::vector<int>& cpus) {
  line.insert(line.end(), {"--field-bytes", std::to_string(configuration.field_bytes),
                           "--threads",     std::to_string(configuration.threads),
                           "--orders",      spec.tcp_nodelay ? "--tcp-nodelay" : "--no-tcp-nodelay"});
  if (spec.socket_buffer_bytes) {
    line.insert(line.end(), {"--socket-buffer-bytes", std::to_string(*spec.socket_buffer_bytes)});
  }
  if (!cpus.empty()) line.insert(line.end(), {"--cpus", format_cpu_list(cpus)});
}

}  // namespace

std::vector<std::string> engine_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                             const std::vector<int>& cpus) {
  std::vector<std::string> line{"engine", std::string(name_of(configuration.engine)), "--port", "0"};
  append_common(line, spec, configuration, cpus);
  return line;
}

std::vector<std::string> load_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                           const std::vector<int>& cpus, int port) {
  std::vector<std::string> line{"load",      "--host",
                                "127.0.0.1", "--port",
                                std::to_string(port),
                                "--pattern", std::string(name_of(spec.pattern)),
                                "--receive", std::string(name_of(spec.receive))};
  if (spec.messages_per_s) line.insert(line.end(), {"--rate", fmt::format("{}", *spec.messages_per_s)});
  append_common(line, spec, configuration, cpus);
  return line;
}

}  // namespace copybench
