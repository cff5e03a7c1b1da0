// An experiment's runs -> the JSON text of its summary: configurations with the spread of each figure, engines at their peak.
// Text, one configuration after another, since as values those of 10,000 configurations would take 300 MB. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/records.h"
#include "core/model/summary.h"

namespace copybench {

// `runs` in the order of their ends.
std::string summary_text(const ExperimentRecord& record, const std::vector<SummaryInput>& runs);

}  // namespace copybench
