// Memory that can be had without swapping, as the kernel estimates it (MemAvailable of /proc/meminfo).
#pragma once

#include <cstdint>
#include <optional>

namespace copybench {

std::optional<int64_t> available_memory_bytes();

}  // namespace copybench
