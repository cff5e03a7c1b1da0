// Experiments -> JSON: queued and stored ones, and the plan of a dry run. Pure.
#pragma once

#include <vector>

#include "api/response/queue_view.h"
#include "core/base/json.h"
#include "core/model/field_error.h"
#include "core/model/plan.h"
#include "core/model/records.h"

namespace copybench {

Json experiment_json(const ExperimentRecord& record, const QueueView& queue);

// The answer of a dry run: the expanded spec, and every run in the order of measurement.
// warnings: do not prevent queueing.
Json plan_json(const Plan& plan, const std::vector<FieldError>& warnings);

}  // namespace copybench
