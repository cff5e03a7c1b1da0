// Runs that depend on results: computes what an experiment still needs, from its spec and the runs that have ended. Pure.
#pragma once

#include <vector>

#include "core/model/advice.h"

namespace copybench {

// `ended`: in the order of their ends, without interrupted ones. For adaptive specs only.
Advice advise(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended);

}  // namespace copybench
