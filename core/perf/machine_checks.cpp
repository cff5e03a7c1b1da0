#include "core/perf/machine_checks.h"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>

#include "core/host/cpu_set.h"
#include "core/host/memory.h"
#include "core/host/system_facts.h"
#include "core/model/plan.h"

namespace copybench {
namespace {

std::string text_of(const Json& value, const char* otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

MachineCheck check_kernel(const Json& facts) {
  return {"kernel", "kernel", CheckState::ok,
          fmt::format("Linux {} {}, {}", text_of(facts["kernel"]["release"], "?"),
                      text_of(facts["kernel"]["architecture"], "?"), text_of(facts["os"], "unknown distribution"))};
}

MachineCheck check_cpus(const Json& facts) {
  const auto cpus = allowed_cpus();
  const auto [server, client] = split_cpus(cpus);
  const auto detail = fmt::format("{}; {} of {} allowed", text_of(facts["cpu"]["model"], "unknown model"), cpus.size(),
                                  facts["cpu"]["logical_cpus"].get<int64_t>());
  if (cpus.size() < 2) return {"cpus", "cpus", CheckState::limited, detail + ": server and client have to share it"};
  return {"cpus", "cpus", CheckState::ok,
          fmt::format("{}: server on {}, client on {}", detail, format_cpu_list(server), format_cpu_list(client))};
}

MachineCheck check_hypervisor(const Json& facts) {
  const auto& hypervisor = facts["cpu"]["hypervisor"];
  if (hypervisor.is_null()) return {"hypervisor", "hypervisor", CheckState::ok, "none seen"};
  return {"hypervisor", "hypervisor", CheckState::limited,
      fmt::format("{}: ratios between the modes hold, absolute CPU costs are this VM's own", text_of(hypervisor, "?"))};
}

MachineCheck check_frequency(const Json& facts) {
  const auto& governor = facts["cpu"]["governor"];
  if (governor.is_null())
    return {"frequency", "frequency", CheckState::ok, "no governor here: the frequency is not this system's to choose"};
  if (governor == "performance") return {"frequency", "frequency", CheckState::ok, "governor performance"};
  return {"frequency", "frequency", CheckState::limited,
          fmt::format("governor {}: the clock follows the load, so repetitions spread more", text_of(governor, "?")),
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

MachineCheck check_seccomp(const Json& facts) {
  const auto filters = facts["seccomp_filters"].get<int64_t>();
  if (filters == 0) return {"seccomp", "seccomp", CheckState::ok, "no filter adds to the system calls"};
  return {"seccomp", "seccomp", CheckState::limited,
      fmt::format("{} filter{} run at every system call: part of what is measured", filters, filters == 1 ? "" : "s")};
}

MachineCheck check_perf(const PerfAvailability& perf) {
  if (!perf.usable) {
    return {"perf", "perf", CheckState::missing, perf.reason + "; runs go on without counters", perf.remedy};
  }
  const auto detail = fmt::format("perf {} ({})", perf.version, perf.path);
  if (perf.user_space_only) return {"perf", "perf", CheckState::limited, detail + ": " + perf.reason, perf.remedy};
  return {"perf", "perf", CheckState::ok, detail + " may count this user's processes and the kernel's work for them"};
}

MachineCheck check_event(const EventSupport& event, bool in_vm) {
  if (event.works) return {"event", "event " + event.event, CheckState::ok, "counts"};
  // Only a VM's host can provide the counters that the VM lacks.
  const bool no_counter = in_vm && event.reason.starts_with("not supported");
  return {"event", "event " + event.event, CheckState::missing,
          no_counter ? event.reason + ": this VM was given no hardware counter for it" : event.reason};
}

MachineCheck check_loopback(const ZerocopyProbe& probe) {
  if (probe.loopback) return {"loopback", "loopback", CheckState::ok, "TCP over loopback connects"};
  return {"loopback", "loopback", CheckState::missing, probe.reason + ": no run is possible", probe.remedy};
}

MachineCheck check_zerocopy(const ZerocopyProbe& probe) {
  if (!probe.works) return {"zero_copy", "zero-copy", CheckState::missing, probe.reason, probe.loopback ? probe.remedy : ""};
  if (*probe.copied) {
    return {"zero_copy", "zero-copy", CheckState::ok, "MSG_ZEROCOPY works; over loopback the kernel copied after all, as it always does"};
  }
  return {"zero_copy", "zero-copy", CheckState::ok, "MSG_ZEROCOPY works, and the kernel did not copy"};
}

MachineCheck check_optmem() {
  constexpr int64_t kSinceLinux68 = 131072;
  const auto limit = sysctl_int("net.core.optmem_max");
  if (!limit) return {"optmem_max", "optmem_max", CheckState::limited, "net.core.optmem_max cannot be read here"};
  if (*limit >= kSinceLinux68) return {"optmem_max", "optmem_max", CheckState::ok, fmt::format("{} bytes", *limit)};
  return {"optmem_max", "optmem_max", CheckState::limited,
          fmt::format("{} bytes a socket for outstanding zero-copy sends: ENOBUFS will slow them down", *limit),
          fmt::format("sudo sysctl net.core.optmem_max={}", kSinceLinux68)};
}

MachineCheck note(MachineCheck check) {
  check.note = true;
  return check;
}

MachineCheck needed(MachineCheck check) {
  check.needed = true;
  return check;
}

}  // namespace

MachineCheck check_locked_memory() {
  if (has_capability(CAP_IPC_LOCK)) return {"locked_memory", "locked memory", CheckState::ok, "CAP_IPC_LOCK: no limit"};
  const auto scarce = scarce_locked_memory();
  if (!scarce) {
    const auto limit = memlock_limit();
    return {"locked_memory", "locked memory", CheckState::ok, limit ? fmt::format("up to {} MiB", *limit >> 20) : "no limit"};
  }
  return {"locked_memory", "locked memory", CheckState::limited,
          fmt::format("{} KiB and no CAP_IPC_LOCK: larger sweeps go on with unlocked buffers and meet ENOBUFS",
                      *scarce >> 10),
          "sudo prlimit --pid $$ --memlock=unlimited:unlimited    # in the shell that then starts copybenchd"};
}

ProbedMachine probe_machine(PerfProbe& perf) {
  ProbedMachine machine{system_facts(), probe_zerocopy(), perf.availability(), {}};
  if (machine.perf.usable) machine.events = perf.support(default_events());
  return machine;
}

std::vector<MachineCheck> machine_checks(const ProbedMachine& machine) {
  const Json& facts = machine.facts;
  std::vector<MachineCheck> checks{note(check_kernel(facts)),          note(check_cpus(facts)),
                                   note(check_hypervisor(facts)),      note(check_frequency(facts)),
                                   note(check_seccomp(facts)),         needed(check_loopback(machine.zerocopy)),
                                   check_zerocopy(machine.zerocopy),   check_optmem(),
                                   check_locked_memory(),              check_perf(machine.perf)};
  const bool in_vm = !facts["cpu"]["hypervisor"].is_null();
  for (const auto& event : machine.events) checks.push_back(note(check_event(event, in_vm)));
  return checks;
}

const char* name_of(CheckState state) {
  constexpr std::array<const char*, 3> kNames{"ok", "limited", "missing"};
  return kNames[static_cast<size_t>(state)];
}

Json to_json(const std::vector<MachineCheck>& checks) {
  auto list = Json::array();
  for (const auto& check : checks) {
    list.push_back({{"code", check.code},
                    {"what", check.what},
                    {"state", name_of(check.state)},
                    {"needed", check.needed},
                    {"note", check.note},
                    {"detail", check.detail},
                    {"remedy", text_or_null(check.remedy)}});
  }
  return list;
}

}  // namespace copybench
