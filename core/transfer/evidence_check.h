// Checks whether the evidence of a run contradicts the run's figures, its spec or itself. For run_check.cpp. Pure.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/model/spec.h"

namespace copybench {

// The first contradiction, by the fields' names; empty: none. The columns must have their types.
std::string evidence_contradiction(const ExperimentSpec& spec, const Configuration& configuration, const Json& row);

}  // namespace copybench
