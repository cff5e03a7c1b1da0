// Drops the capabilities of a privileged process. Threads: applies to the calling thread and to threads that it starts later.
#pragma once

#include <initializer_list>

#include "core/base/result.h"

namespace copybench {

// Gives up permanently all capabilities except `kept` (CAP_* of linux/capability.h), and those of programs executed later. Kept
// ones stay effective if they were permitted before. Call before any other thread exists.
Result<void> keep_capabilities(std::initializer_list<int> kept);

}  // namespace copybench
