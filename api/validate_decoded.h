// What was decoded, judged: its errors are those of decoding and those of judging what could be decoded, each with the
// pointer of the request as sent. A list given as text has no elements to point at, so they name the list. Pure; any thread.
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "api/decode.h"
#include "core/model/plan.h"

namespace copybench {

// make_plan() for it. The errors are all there are.
tl::expected<Plan, std::vector<FieldError>> plan_decoded(const DecodedRequest& decoded, const PlanContext& context);

// judged: the errors of what is in decoded.request.
std::vector<FieldError> joined_errors(const DecodedRequest& decoded, std::vector<FieldError> judged,
                                      const std::vector<int>& allowed_cpus);

}  // namespace copybench
