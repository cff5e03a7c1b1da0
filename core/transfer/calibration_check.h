// Checks whether a machine can have the calibrations of an imported run. Pure.
#pragma once

#include <string>

#include "core/base/json.h"

namespace copybench {

// The first value that no machine has, by its name; empty: none.
std::string calibrations_problem(const Json& row);

}  // namespace copybench
