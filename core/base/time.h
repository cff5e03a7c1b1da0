// Two clocks and no third: durations use the monotonic clock, records carry UTC. Setting the wall clock therefore moves
// no measurement.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace copybench {

using Nanoseconds = std::chrono::nanoseconds;
using Monotonic = std::chrono::steady_clock;  // CLOCK_MONOTONIC on Linux
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

UtcTime utc_now();
std::string to_rfc3339(UtcTime time);  // "2026-11-22T14:18:50.123Z"

// `at_most` from now; a year where it is longer, so that no sum is beyond the clock.
Monotonic::time_point deadline_after(Nanoseconds at_most);

// CLOCK_MONOTONIC in nanoseconds: the stamp in message headers and marks. Comparable between processes of one host only.
int64_t monotonic_ns();

// CPU time that all threads of this process have used, user and system.
int64_t process_cpu_ns();
// That the calling thread has used.
int64_t thread_cpu_ns();

// The same as getrusage() has it: another way through the kernel, for comparison.
int64_t rusage_cpu_ns();

double to_seconds(Nanoseconds duration);
Nanoseconds from_seconds(double seconds);  // rounded to the nanosecond

}  // namespace copybench
