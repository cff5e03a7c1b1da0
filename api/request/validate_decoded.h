// Validates a decoded request. Its errors are those of decoding and those of validating what could be decoded, each with a
// pointer into the request as sent. For a list sent as text the pointer is that of the list. Pure; any thread.
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "api/request/decoded_request.h"
#include "core/model/plan.h"

namespace copybench {

// Calls make_plan(). Returns all errors, including those of decoding.
tl::expected<Plan, std::vector<FieldError>> plan_decoded(const DecodedRequest& decoded, const PlanContext& context);

// judged: the errors found in decoded.request.
std::vector<FieldError> joined_errors(const DecodedRequest& decoded, std::vector<FieldError> judged,
                                      const std::vector<int>& allowed_cpus);

}  // namespace copybench
