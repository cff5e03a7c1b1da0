// Experiments -> JSON: as they are queued and stored, and as a dry run plans one. Pure.
#pragma once

#include <vector>

#include "api/queue_view.h"
#include "core/base/json.h"
#include "core/model/field_error.h"
#include "core/model/plan.h"
#include "core/model/records.h"

namespace copybench {

Json experiment_json(const ExperimentRecord& record, const QueueView& queue);

// What a dry run answers: the spec as expanded and every run in the order of measurement.
// warnings: what does not stand in the way of queueing it.
Json plan_json(const Plan& plan, const std::vector<FieldError>& warnings);

}  // namespace copybench
