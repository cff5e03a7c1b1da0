// The answer of a search for a crossover as a sentence, made of the states and numbers that are stored. Pure.
#pragma once

#include <string>

#include "core/base/json.h"

namespace copybench {

// crossover: as to_json(spec, result) writes it, valid by findings_shape(). Members may be null or absent in older databases.
std::string crossover_answer(const Json& crossover);

}  // namespace copybench
