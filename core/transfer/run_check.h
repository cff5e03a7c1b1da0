// Checks whether one run of an export contradicts itself: figures, counters, evidence and profile are each other's sums.
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/model/figures.h"
#include "core/model/spec.h"

namespace copybench {

// No measured value of the figure exceeds this, with so many threads in a window of so many seconds. Figures are never below 0.
double figure_most(const FigureColumn& column, uint32_t threads, double window_s);

// The first contradiction in a row, by the fields' names; empty: none. The columns must have their types, and the
// configuration must be within the limits. A missing value contradicts nothing.
std::string run_contradiction(const ExperimentSpec& spec, const Configuration& configuration, const Json& row);

}  // namespace copybench
