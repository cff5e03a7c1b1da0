#include "core/host/system_facts.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "core/host/cpu_set.h"
#include "core/host/text_file.h"

namespace copybench {
namespace {

std::optional<std::string> read_cpu_model() {
  auto model = value_of_line("/proc/cpuinfo", "model name");
  return model ? std::optional(std::move(*model)) : std::nullopt;
}

std::optional<int64_t> parse_int(std::string_view text, int base = 10) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

std::optional<std::string> sysctl_text(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return read_text_file("/proc/sys/" + name);
}

Json sysctl_json(const std::string& name) {
  const auto text = sysctl_text(name);
  return text ? numbers_or_text(*text) : Json();
}

// Called for the first allowed CPU. Lists the caches from the nearest level outward.
Json caches(int cpu) {
  auto list = Json::array();
  for (int index = 0;; ++index) {
    const auto folder = fmt::format("/sys/devices/system/cpu/cpu{}/cache/index{}/", cpu, index);
    const auto level = read_text_file(folder + "level");
    if (!level) break;
    const auto size = read_text_file(folder + "size");
    const auto kib = size ? parse_int(*size) : std::nullopt;
    list.push_back({{"level", parse_int(*level).value_or(0)},
                    {"type", or_null(read_text_file(folder + "type"))},
                    {"bytes", kib ? Json(*kib * 1024) : Json()},
                    {"shared_by_cpus", or_null(read_text_file(folder + "shared_cpu_list"))}});
  }
  return list;
}

Json cpu_facts() {
  const auto allowed = allowed_cpus();
  const int first = allowed.empty() ? 0 : allowed.front();
  const auto smt = read_text_file("/sys/devices/system/cpu/smt/active");
  return {{"model", or_null(read_cpu_model())},
          {"logical_cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
          {"allowed_cpus", format_cpu_list(allowed)},
          {"caches", caches(first)},
          {"smt", smt ? Json(*smt == "1") : Json()},
          {"hypervisor", or_null(hypervisor())},
          {"governor",
           or_null(read_text_file(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", first)))}};
}

}  // namespace

Json system_facts() {
  utsname name{};
  ::uname(&name);
  auto sysctls = Json::object();
  for (const char* key : {"net.core.optmem_max", "net.core.wmem_max", "net.core.rmem_max", "net.ipv4.tcp_wmem",
                          "net.ipv4.tcp_rmem", "net.ipv4.tcp_congestion_control", "kernel.perf_event_paranoid"}) {
    sysctls[key] = sysctl_json(key);
  }
  return {{"hostname", name.nodename},
          {"os", or_null(os_name())},
          {"kernel", {{"release", name.release}, {"version", name.version}, {"architecture", name.machine}}},
          {"cpu", cpu_facts()},
          {"memory_bytes", int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE)},
          {"sysctls", std::move(sysctls)},
          {"rlimit_memlock_bytes", or_null(memlock_limit())},
          {"capabilities",
           {{"perfmon", has_capability(CAP_PERFMON)},
            {"ipc_lock", has_capability(CAP_IPC_LOCK)},
            {"sys_admin", has_capability(CAP_SYS_ADMIN)}}},
          {"seccomp_filters", seccomp_filter_count()}};
}

std::optional<std::string> os_name() {
  const auto text = read_text_file("/etc/os-release");
  if (!text) return std::nullopt;
  constexpr std::string_view kKey = "\nPRETTY_NAME=";
  const auto lines = "\n" + *text;
  const auto at = lines.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  auto value = lines.substr(at + kKey.size());
  value.erase(std::min(value.find('\n'), value.size()));
  std::erase(value, '"');
  return value;
}

std::optional<std::string> hypervisor() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kHypervisorBit = 1U << 31;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kHypervisorBit) == 0) return std::nullopt;
  std::array<unsigned, 3> name{};
  __cpuid(0x40000000, eax, name[0], name[1], name[2]);
  std::string text(reinterpret_cast<const char*>(name.data()), sizeof name);
  text.erase(std::min(text.find('\0'), text.size()));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames{{{"KVMKVMKVM", "KVM"},
                                                                                 {"Microsoft Hv", "Hyper-V"},
                                                                                 {"VMwareVMware", "VMware"},
                                                                                 {"XenVMMXenVMM", "Xen"},
                                                                                 {"TCGTCGTCGTCG", "QEMU without KVM"},
                                                                                 {"bhyve bhyve ", "bhyve"}}};
  for (const auto& [signature, common] : kNames) {
    if (text == signature) return std::string(common);
  }
  return text.empty() ? "unnamed" : text;
#else
  return read_text_file("/sys/hypervisor/type");
#endif
}

std::optional<int64_t> memlock_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<int64_t>(limit.rlim_cur);
}

std::optional<int64_t> sysctl_int(const std::string& name) {
  const auto text = sysctl_text(name);
  return text ? parse_int(*text) : std::nullopt;
}

bool has_capability(int capability) {
  const auto mask = value_of_line("/proc/self/status", "CapEff");
  if (!mask || capability < 0 || capability > 62) return false;
  // A mask of all 64 bits would not fit a signed number; the kernel knows some 41 capabilities.
  return ((parse_int(*mask, 16).value_or(0) >> capability) & 1) != 0;
}

int64_t seccomp_filter_count() {
  const auto count = value_of_line("/proc/self/status", "Seccomp_filters");
  return count ? parse_int(*count).value_or(0) : 0;
}

}  // namespace copybench
