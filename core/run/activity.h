// How many requests the daemon has served: read at both edges of a window, the difference is stored with the run as a
// disturbance that its reader may judge. Incremented by the API, read by the executor; any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace copybench {

using ActivityCounter = std::atomic<uint64_t>;

}  // namespace copybench
