// The command lines of a run's children, from the command's name on. daemon/engine_command.cpp and daemon/load_command.cpp
// parse them. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/spec.h"

namespace copybench {

// cpus: the CPUs to bind to; empty: not bound. A command line contains no secret, because every local user can read it. The
// run's token comes through stdin (core/wire/orders.h).
std::vector<std::string> engine_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                             const std::vector<int>& cpus);
std::vector<std::string> load_command_line(const ExperimentSpec& spec, const Configuration& configuration,
                                           const std::vector<int>& cpus, int port);

}  // namespace copybench
