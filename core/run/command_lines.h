// What a run's children are told on their command lines, from the command's name on; daemon/engine_command.cpp and
// daemon/load_command.cpp read it. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/spec.h"

namespace copybench {

// cpus: those to be bound to; empty: not bound. The token is what the two know each other by.
std::vector<std::string> engine_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                             const std::vector<int>& cpus, const std::string& token);
std::vector<std::string> load_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                           const std::vector<int>& cpus, const std::string& token, int port);

}  // namespace copybench
