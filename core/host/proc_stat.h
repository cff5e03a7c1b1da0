// /proc/stat: what all CPUs of the machine did. Cheap enough for the edges of a window: one read, no allocation.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/json.h"
#include "core/base/result.h"

namespace copybench {

// Nanoseconds since boot, summed over all CPUs; the kernel counts in ticks of 10 ms (USER_HZ).
struct CpuTimes {
  int64_t user_ns = 0;  // without guest time, which /proc/stat counts in user as well
  int64_t nice_ns = 0;
  int64_t system_ns = 0;
  int64_t idle_ns = 0;
  int64_t iowait_ns = 0;
  int64_t irq_ns = 0;
  int64_t softirq_ns = 0;
  int64_t steal_ns = 0;
  int64_t guest_ns = 0;  // guest and guest_nice

  // Everything but idle, iowait and steal.
  int64_t busy_ns() const;
  CpuTimes operator-(const CpuTimes& earlier) const;
};

Result<CpuTimes> parse_proc_stat(std::string_view text);
Result<CpuTimes> read_proc_stat();
Json to_json(const CpuTimes& times);  // keys user_ns, nice_ns, ... busy_ns

}  // namespace copybench
