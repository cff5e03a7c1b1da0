// Facts about the machine for GET /system, doctor and the record of a run. Read on demand from /proc and /sys; a fact
// that cannot be read is null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/json.h"

namespace copybench {

// hostname, os (name), kernel (release, version, architecture), cpu (model, logical_cpus, allowed_cpus, caches, smt,
// hypervisor (null: none seen), governor), memory_bytes, sysctls that matter to TCP and zero-copy (net.core.optmem_max,
// wmem_max and rmem_max, net.ipv4.tcp_wmem, tcp_rmem and tcp_congestion_control, kernel.perf_event_paranoid; with their
// full names), rlimit_memlock_bytes (null: no limit), capabilities (perfmon, ipc_lock, sys_admin: bool),
// seccomp_filters.
Json system_facts();

std::optional<std::string> os_name();     // "Debian GNU/Linux 12 (bookworm)"
std::optional<std::string> hypervisor();  // "KVM"; none if none is seen
std::optional<int64_t> sysctl_int(const std::string& name);  // "net.core.optmem_max"
bool has_capability(int capability);     // effective set of this process; CAP_* of linux/capability.h
std::optional<int64_t> memlock_limit();  // bytes that may be locked or pinned; none if unlimited
int64_t seccomp_filter_count();          // /proc/self/status; 0 if the kernel does not report it

}  // namespace copybench
