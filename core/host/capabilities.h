// What of a privileged user's rights a process keeps. Threads: those of the calling thread, and of the threads it starts later.
#pragma once

#include <initializer_list>

#include "core/base/result.h"

namespace copybench {

// Gives up for good all capabilities but these (CAP_* of linux/capability.h), of which those that were there stay effective, and
// those of programs that would be executed later. To be called before any other thread exists.
Result<void> keep_capabilities(std::initializer_list<int> kept);

}  // namespace copybench
