// What experiments were measured under -> JSON: circumstances and calibrations. Pure.
#pragma once

#include <vector>

#include "core/base/json.h"
#include "core/model/calibration.h"
#include "core/model/records.h"

namespace copybench {

// What it was first measured under, with what changed in its course; null where there is nothing recorded.
Json circumstances_json(const std::vector<RecordedCircumstances>& recorded);

// What tells the last circumstances of two experiments apart.
Json circumstances_diff_json(ExperimentId base, const std::vector<RecordedCircumstances>& of_base, ExperimentId head,
                             const std::vector<RecordedCircumstances>& of_head);

Json calibrations_json(ExperimentId id, const std::vector<CalibrationRecord>& taken);

}  // namespace copybench
