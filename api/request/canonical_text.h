// One spelling of a request, independent of key order, white space and number format: equal requests have the same text,
// different requests have different texts. Serves as an exact digest. Pure; any thread.
#pragma once

#include <string>

#include "core/model/request.h"

namespace copybench {

std::string canonical_text(const ExperimentRequest& request);

}  // namespace copybench
