#include "core/host/circumstances.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/host/fact_list.h"
#include "core/host/system_facts.h"
#include "core/host/text_file.h"

namespace copybench {
namespace {

using enum CircumstanceClass;

// The measured path: both sides are on this host.
constexpr char kDevice[] = "lo";

// Rounded, since it varies by some pages from boot to boot.
Json installed_memory() {
  constexpr int64_t kGrain = 16 << 20;
  const int64_t bytes = int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  return (bytes + kGrain / 2) / kGrain * kGrain;
}

// For the unified hierarchy, where /proc/self/cgroup has the single line "0::/PATH".
Result<std::string> cgroup_folder() {
  auto text = read_small_file("/proc/self/cgroup");
  if (!text) return text;
  const auto at = text->find("0::/");
  if (at == std::string::npos) return fail("this process is in no cgroup of version 2");
  const auto path = text->substr(at + 3, text->find('\n', at) - at - 3);
  if (path == "/") return fail("this process is in the root cgroup, which limits nothing");
  return "/sys/fs/cgroup" + path;
}

Result<Json> soft_limit(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return tl::unexpected(system_error("getrlimit", errno));
  return limit.rlim_cur == RLIM_INFINITY ? Json("unlimited") : Json(limit.rlim_cur);
}

void add_host(FactList& facts) {
  utsname name{};
  ::uname(&name);  // fails for wrong arguments only
  facts.add(kHostName, host, Json(name.nodename));
  facts.add_text(kMachineId, host, hashed_machine_id());
  const auto seen = hypervisor();
  facts.add("host.hypervisor", host, Json(seen.value_or("none seen")));
  facts.add("memory.total", host, installed_memory(), "bytes");
  facts.add("memory.page", host, Json(::sysconf(_SC_PAGESIZE)), "bytes");
  const auto os = os_name();
  facts.add("os.name", harmless, os ? Result<Json>(*os) : Result<Json>(fail("/etc/os-release has no PRETTY_NAME")));
  facts.add(kKernelRelease, kernel, Json(name.release));
  facts.add("kernel.version", kernel, Json(name.version));
  facts.add("kernel.architecture", kernel, Json(name.machine));
  facts.add_file("kernel.command_line", kernel, "/proc/cmdline");
  facts.add_file("kernel.boot_id", harmless, "/proc/sys/kernel/random/boot_id");
  facts.add_file("kernel.clocksource", settings, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  facts.add_file("kernel.transparent_hugepage", settings, "/sys/kernel/mm/transparent_hugepage/enabled");
  for (const char* sysctl : {"perf_event_paranoid", "nmi_watchdog", "numa_balancing", "sched_autogroup_enabled"}) {
    facts.add_file(fmt::format("kernel.{}", sysctl), settings, fmt::format("/proc/sys/kernel/{}", sysctl));
  }
}

void add_process(FactList& facts) {
  facts.add("rlimit.memlock", settings, soft_limit(RLIMIT_MEMLOCK), "bytes");
  facts.add("capability.ipc_lock", settings, Json(has_capability(CAP_IPC_LOCK)));
  facts.add("capability.perfmon", settings, Json(has_capability(CAP_PERFMON)));
  facts.add("seccomp.filters", settings, value_of_line("/proc/self/status", "Seccomp_filters").map(numbers_or_text));
  facts.add("process.nice", settings, Json(::getpriority(PRIO_PROCESS, 0)));
  const auto folder = cgroup_folder();
  for (const char* file : {"cpu.max", "cpuset.cpus.effective"}) {
    facts.add_text(fmt::format("cgroup.{}", file), settings,
              folder.and_then([&](const std::string& path) { return read_small_file(fmt::format("{}/{}", path, file)); }));
  }
}

}  // namespace

// /etc/machine-id must not be shown. This is an HMAC-SHA256 of copybench's own id, keyed by it (sd_id128_get_machine(3)).
Result<std::string> hashed_machine_id() {
  const sd_id128_t copybench =
      SD_ID128_MAKE(c0, 9e, 1b, 6c, 5d, 0a, 4f, 3b, 8e, 71, 2f, 94, d3, a6, 58, 17);
  sd_id128_t hashed{};
  if (const int failed = ::sd_id128_get_machine_app_specific(copybench, &hashed); failed < 0) {
    return tl::unexpected(system_error("read /etc/machine-id", -failed));
  }
  std::array<char, SD_ID128_STRING_MAX> text{};
  return std::string(::sd_id128_to_string(hashed, text.data()));
}

Circumstances gather_circumstances(const Result<std::string>& perf_version) {
  FactList facts;
  add_host(facts);
  add_cpu_facts(facts);
  add_network_facts(facts, kDevice);
  add_process(facts);
  add_binary_facts(facts);
  facts.add_text("perf.version", binary, perf_version);
  return facts.take();
}

}  // namespace copybench
