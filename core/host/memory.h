// The memory available for a run.
#pragma once

#include <cstdint>
#include <optional>

namespace copybench {

// Memory that can be allocated without swapping, by the kernel's estimate (MemAvailable of /proc/meminfo).
std::optional<int64_t> available_memory_bytes();

// The bytes that this process may lock, if they are too few for some 8 connections with a ring of an autotuned send buffer each.
// None if they are enough or the process has CAP_IPC_LOCK.
std::optional<int64_t> scarce_locked_memory();

}  // namespace copybench
