// Whether a spec that was stored or handed in is one that a request could have asked for. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/plan.h"

namespace copybench {

// The plan of the request that asks for this spec, or what is wrong with it: the limits are those of a request, the
// machine's CPUs aside. pointer is into the spec.
tl::expected<Plan, std::vector<FieldError>> plan_of_spec(const ExperimentSpec& spec);

// Why what follows from the spec would be too large to be computed with; empty: it is not. Cheap, and less strict than
// plan_of_spec(): for every spec that is read from the store.
std::string expansion_problem(const ExperimentSpec& spec);

}  // namespace copybench
