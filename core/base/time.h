// Two clocks only: durations use the monotonic clock, records carry UTC. Setting the wall clock therefore changes no
// measurement.
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

// The time `at_most` from now, capped at a year so that the sum cannot overflow.
Monotonic::time_point deadline_after(Nanoseconds at_most);

// CLOCK_MONOTONIC in nanoseconds: the stamp in message headers and marks. Comparable between processes of one host only.
int64_t monotonic_ns();

// CPU time that all threads of this process have used, user and system.
int64_t process_cpu_ns();
// CPU time that the calling thread has used.
int64_t thread_cpu_ns();

// The process's CPU time by getrusage(): another path through the kernel, for comparison.
int64_t rusage_cpu_ns();

double to_seconds(Nanoseconds duration);
Nanoseconds from_seconds(double seconds);  // rounded to the nanosecond

}  // namespace copybench
