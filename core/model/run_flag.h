// Reasons to doubt a run's figures although it completed. A flagged run is kept and counted like any other; its flags are
// shown with its figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/json_shape.h"
#include "core/model/names.h"

namespace copybench {

enum class FlagKind : uint8_t {
  warm_up,      // throughput had not settled when the window opened
  drift,        // throughput rose or fell all through the window
  step,         // throughput changed its level within the window
  steal,        // the hypervisor gave the CPUs to others
  neighbours,   // other processes used the CPUs
  frequency,    // the CPUs' frequency changed
  thermal,      // the CPUs were slowed down by heat
  rate,         // the load did not reach the requested rate
  edges,        // data in buffers at the window's edges is no small part of what was measured
  sampling,     // a profile's samples do not match the CPU time that was used
  api,          // the daemon itself used CPU time, for its clients
  calibration,  // the machine's performance differed from earlier calibrations
  rejected_clients,  // other clients came to the engine's port
};
template <>
std::span<const std::string_view> names<FlagKind>();

struct RunFlag {
  FlagKind kind{};
  std::string detail;  // a sentence, with the figures

  bool operator==(const RunFlag&) const = default;
};

// A list of {"kind", "detail"}. The parser is for text that this program wrote: it fails on anything else.
Json to_json(const std::vector<RunFlag>& flags);
Result<std::vector<RunFlag>> flags_from_json(const Json& json);

// "drift;steal", each kind once; empty for none.
std::string kinds_of(const std::vector<RunFlag>& flags);

// The shape of stored and imported flags.
const Shape& flags_shape();

}  // namespace copybench
