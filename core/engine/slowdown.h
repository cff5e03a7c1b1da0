// For tests: an engine that is slower by a known amount. It burns CPU after each message, so that a slowdown, a crossover
// or a change in the midst of a run that a test has planted is there to be found.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/result.h"
#include "core/engine/send_path.h"

namespace copybench {

struct Burn {
  double message_ns = 0;  // for each message
  double byte_ns = 0;     // and for each byte of it
  double share = 0;       // and of the time since the message before: 0.05 makes each take 5 % longer
  double cpu = 0;         // above 0: by the thread's CPU time, whatever else the machine does; else by the clock
  double until_s = 0;     // above 0: nothing from then on, counted from the connection's begin
  double grow_s = 0;      // above 0: grows from nothing to all of that in this time, and on beyond it
};

// "message_ns=20000+byte_ns=0.5", any of the members. The error says what is allowed.
Result<Burn> parse_burn(std::string_view text);

// The same path with that burnt after each send.
std::unique_ptr<SendPath> burning(std::unique_ptr<SendPath> path, const Burn& burn, uint64_t message_bytes);

}  // namespace copybench
