// The result of a search for a crossover as it is stored: codes and numbers, no sentence. Pure.
#pragma once

#include "core/analysis/crossover.h"
#include "core/base/json.h"

namespace copybench {

// {"state", "of", "metric", "confidence", "size_bytes", "interval", "crossings", "path", "without_figure"}; size_bytes and
// interval are those of the only crossing, else null. Sizes are of a field.
Json to_json(const ExperimentSpec& spec, const CrossoverResult& result);

}  // namespace copybench
