// Converts perf's samples of one run into its profile. Pure.
#pragma once

#include <optional>
#include <string>

#include "core/model/profile.h"
#include "core/model/run_flag.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_script.h"
#include "core/run/measurement.h"

namespace copybench {

// Fewer busy samples than this are too few for shares.
constexpr int64_t kFewestSamples = 100;

// problem: why there are no usable samples; empty if there are.
RunProfile profile_of(const Sampling& sampling, const FoldedProfile& folded, const std::string& problem = {});

// Set if the samples of either process, at the sampling frequency, amount to a quarter more or less than the CPU time that
// it used. In virtual machines timers are late, most of all on a CPU that often goes to sleep, and the shares are off by as
// much.
std::optional<RunFlag> sampling_flag(const Sampling& sampling, const FoldedProfile& folded, const UsedCpu& used);

}  // namespace copybench
