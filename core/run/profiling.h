// perf's samples of one run -> its profile. Pure.
#pragma once

#include "core/model/profile.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_script.h"

namespace copybench {

// Fewer busy samples than this tell no shares.
constexpr int64_t kFewestSamples = 100;

RunProfile profile_of(const Sampling& sampling, const FoldedProfile& folded);

}  // namespace copybench
