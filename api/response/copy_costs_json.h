// The cost of copies -> JSON, with a sentence for each finding. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/analysis/copy_cost.h"
#include "core/base/json.h"

namespace copybench {

// Begins with the engine that it is about.
std::string sentence_of(const CopyFinding& finding);

// [{"field_bytes", "message_bytes", "threads", "sentences": one for each finding,
//   "findings": [{"code", "engine", "share", "busy_samples", "copies": [{"copy", "share"}], "without"}]}]
Json copy_costs_json(const std::vector<CopyCost>& costs);

}  // namespace copybench
