// Validates that a stored or submitted spec is one that a request could have asked for. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/plan.h"

namespace copybench {

// The plan of the request that asks for this spec, or its errors. The limits are those of a request, except for the
// machine's CPUs. pointer is into the spec.
tl::expected<Plan, std::vector<FieldError>> plan_of_spec(const ExperimentSpec& spec);

// Why the expansion of the spec would be too large to be computed; empty: it is not. Cheaper and less strict than
// plan_of_spec(), for every spec that is read from the store.
std::string expansion_problem(const ExperimentSpec& spec);

}  // namespace copybench
