// perf's samples of one run -> its profile. Pure.
#pragma once

#include <optional>
#include <string>

#include "core/model/profile.h"
#include "core/model/run_flag.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_script.h"
#include "core/run/measurement.h"

namespace copybench {

// Fewer busy samples than this tell no shares.
constexpr int64_t kFewestSamples = 100;

// problem: why there are no samples to tell anything by; empty where there are.
RunProfile profile_of(const Sampling& sampling, const FoldedProfile& folded, const std::string& problem = {});

// Where the samples of either process, at the sampling's frequency, come to a quarter more or less than the CPU time that it
// used: in virtual machines timers are late, most of all on a CPU that often goes to sleep, and the shares are off by as much.
std::optional<RunFlag> sampling_flag(const Sampling& sampling, const FoldedProfile& folded, const UsedCpu& used);

}  // namespace copybench
