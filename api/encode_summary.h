// An experiment's summary -> JSON: configurations with the spread of each figure, engines at their peak. Pure.
#pragma once

#include "core/base/json.h"
#include "core/model/records.h"
#include "core/model/summary.h"

namespace copybench {

Json summary_json(const ExperimentRecord& record, const ExperimentSummary& summary);

}  // namespace copybench
