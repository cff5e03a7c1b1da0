// For tests that do something to a run's processes at a known point: the run waits at each of its stages for a word.
#pragma once

#include <functional>

#include "core/run/executor.h"

namespace copybench {

// `socket` is a stream that this process inherited. At each stage "STAGE SERVER_PID LOAD_PID\n" is written to it, and the
// run goes on when a byte comes back or the stream has ended. -1: no hook.
std::function<void(const RunStage&)> stage_hook(int socket);

}  // namespace copybench
