// Validates the parts of a request from which runs follow that depend on results, and sets them in the spec.
#pragma once

#include "core/model/field_checks.h"
#include "core/model/request.h"
#include "core/model/spec.h"

namespace copybench {

void validate_until_ci(const UntilCiRequest& given, FieldChecks& checks, ExperimentSpec& spec);

// A search has two engines, a range of sizes and a metric, and nothing that only a sweep has.
void validate_search(const ExperimentRequest& request, FieldChecks& checks, ExperimentSpec& spec);
void refuse_search_fields(const ExperimentRequest& request, FieldChecks& checks);

}  // namespace copybench
