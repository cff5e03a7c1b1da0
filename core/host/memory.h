// How much memory there is for a run.
#pragma once

#include <cstdint>
#include <optional>

namespace copybench {

// What can be had without swapping, as the kernel estimates it (MemAvailable of /proc/meminfo).
std::optional<int64_t> available_memory_bytes();

// The bytes that this process may lock, where they are too few for some 8 connections with rings of an autotuned send
// buffer each; none where there are enough, or CAP_IPC_LOCK.
std::optional<int64_t> scarce_locked_memory();

}  // namespace copybench
