// One spelling of a request, whatever the order of its keys, its blanks and how its numbers were written: two bodies
// that ask for the same have the same text, two that differ do not. Serves as an exact digest. Pure; any thread.
#pragma once

#include <string>

#include "core/model/request.h"

namespace copybench {

std::string canonical_text(const ExperimentRequest& request);

}  // namespace copybench
