// What a run's children are told on their command lines, from the command's name on; daemon/engine_command.cpp and
// daemon/load_command.cpp read it. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/spec.h"

namespace copybench {

// cpus: those to be bound to; empty: not bound. Nothing secret: every local user can
// read a command line. The run's token comes by stdin (core/wire/orders.h).
std::vector<std::string> engine_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                             const std::vector<int>& cpus);
std::vector<std::string> load_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                           const std::vector<int>& cpus, int port);

}  // namespace copybench
