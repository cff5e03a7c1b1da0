// For tests: slows an engine by a known amount of CPU work after each message. Tests plant slowdowns, crossovers and changes
// within a run this way and check that they are detected.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/result.h"
#include "core/engine/send_path.h"

namespace copybench {

struct Slowdown {
  double message_ns = 0;  // for each message
  double byte_ns = 0;     // and for each byte of it
  double share = 0;       // plus this share of the time since the previous message: 0.05 makes each take 5 % longer
  double cpu = 0;         // above 0: measured in the thread's CPU time; else in wall-clock time
  double until_s = 0;     // above 0: stops at this time after the connection's start
  double grow_s = 0;      // above 0: grows linearly from 0 and reaches the full amount at this time
};

// "message_ns=20000+byte_ns=0.5", any of the members. The error says what is allowed.
Result<Slowdown> parse_slowdown(std::string_view text);

// Wraps a path with that slowdown after each send.
std::unique_ptr<SendPath> slowed_down(std::unique_ptr<SendPath> path, const Slowdown& slowdown, uint64_t message_bytes);

}  // namespace copybench
