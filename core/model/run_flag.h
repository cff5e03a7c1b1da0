// What makes a run's figures doubtful although it completed. A flagged run is kept and counted like any other; whoever
// reads its figures is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/names.h"

namespace copybench {

enum class FlagKind : uint8_t {
  warm_up,      // throughput was still finding its level when the window opened
  drift,        // throughput rose or fell all through the window
  step,         // throughput changed its level within the window
  steal,        // the hypervisor gave the CPUs to others
  neighbours,   // other processes used the CPUs
  frequency,    // the CPUs' frequency changed
  thermal,      // the CPUs were slowed down by heat
  rate,         // the load did not come to the rate that was asked for
  edges,        // what lay in buffers at the window's edges is no small part of what was measured
  sampling,     // a profile's samples do not fit the CPU time that was used
  api,          // the daemon itself used CPU time, for its clients
  calibration,  // what the machine can do was not what it was before
  rejected_clients,  // others came to the engine's port
};
template <>
std::span<const std::string_view> names<FlagKind>();

struct RunFlag {
  FlagKind kind{};
  std::string detail;  // a sentence, with the figures

  bool operator==(const RunFlag&) const = default;
};

// A list of {"kind", "detail"}. The reading one is for text that this program wrote: it fails on anything else.
Json to_json(const std::vector<RunFlag>& flags);
Result<std::vector<RunFlag>> flags_from_json(const Json& json);

// "drift;steal", each kind once; empty for none.
std::string kinds_of(const std::vector<RunFlag>& flags);

}  // namespace copybench
