// /proc/stat: how the CPUs of the machine spent their time. Reading takes some 50 us, cheap enough for the edges of a window.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"

namespace copybench {

// Nanoseconds since boot, summed over CPUs; the kernel counts in ticks of 10 ms (USER_HZ).
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
  // Time of processes: busy_ns() without interrupts.
  int64_t process_ns() const;
  CpuTimes operator+(const CpuTimes& other) const;
  CpuTimes operator-(const CpuTimes& earlier) const;
};

// Returns the whole text: at a window's edge it is only read, and parsed later.
Result<std::string> read_proc_stat();

Result<CpuTimes> parse_proc_stat(std::string_view text);  // all CPUs
// Sums over `cpus`. CPUs that are offline have no line and are left out.
Result<CpuTimes> parse_proc_stat(std::string_view text, const std::vector<int>& cpus);
Json to_json(const CpuTimes& times);  // keys user_ns, nice_ns, ... busy_ns

}  // namespace copybench
