// Circumstances and calibrations of experiments -> JSON. Pure.
#pragma once

#include <vector>

#include "core/base/json.h"
#include "core/model/calibration.h"
#include "core/model/records.h"

namespace copybench {

// The first recorded circumstances, with the later changes; null if none are recorded.
Json circumstances_json(const std::vector<RecordedCircumstances>& recorded);

// The differences between the last circumstances of two experiments.
Json circumstances_diff_json(ExperimentId base, const std::vector<RecordedCircumstances>& of_base, ExperimentId head,
                             const std::vector<RecordedCircumstances>& of_head);

Json calibrations_json(ExperimentId id, const std::vector<CalibrationRecord>& taken);

}  // namespace copybench
