// For tests that act on a run's processes at a known point: the run waits at each of its stages for a byte.
#pragma once

#include <functional>

#include "core/run/executor.h"

namespace copybench {

// `socket` is a stream that this process inherited. At each stage the hook writes "STAGE SERVER_PID LOAD_PID\n" to it. The run
// continues when a byte comes back or the stream has ended. -1: no hook.
std::function<void(const RunStage&)> stage_hook(int socket);

}  // namespace copybench
