#include "core/base/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cmath>

namespace copybench {

UtcTime utc_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string to_rfc3339(UtcTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = (time - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03d}Z", fmt::gmtime(static_cast<time_t>(seconds.time_since_epoch().count())), millis);
}

Monotonic::time_point deadline_after(Nanoseconds at_most) {
  return Monotonic::now() + std::clamp<Nanoseconds>(at_most, Nanoseconds{0}, std::chrono::hours{24 * 365});
}

namespace {

int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

int64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

int64_t rusage_cpu_ns() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);  // fails for wrong arguments only
  const auto ns = [](const timeval& time) { return time.tv_sec * 1'000'000'000LL + time.tv_usec * 1'000LL; };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

int64_t process_cpu_ns() { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }
int64_t thread_cpu_ns() { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

double to_seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

Nanoseconds from_seconds(double seconds) { return Nanoseconds{std::llround(seconds * 1e9)}; }

}  // namespace copybench
