// What one run of an export says against itself: figures, counters, evidence and profile are each other's sums. Pure.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/model/figures.h"
#include "core/model/spec.h"

namespace copybench {

// Nothing that is measured is more than this. Figures are never below 0.
double figure_most(const FigureColumn& column);

// Of a row whose columns have their types and whose configuration is within the limits: the first contradiction, by the
// fields' names; empty: none. What a row lacks contradicts nothing.
std::string run_contradiction(const Configuration& configuration, const Json& row);

}  // namespace copybench
