#include "daemon/doctor.h"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "core/host/cpu_set.h"
#include "core/host/memory.h"
#include "core/host/system_facts.h"
#include "core/host/zerocopy_probe.h"
#include "core/model/plan.h"
#include "core/perf/capability.h"

namespace copybench {
namespace {

enum class State { ok, limited, missing };

const char* name_of(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::limited:
      return "limited";
    case State::missing:
      return "missing";
  }
  return "";
}

struct Check {
  std::string name;
  State state;
  std::string detail;
  std::string remedy = {};
};

std::string text_of(const Json& value, const char* otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

Check check_kernel(const Json& facts) {
  return {"kernel", State::ok,
          fmt::format("Linux {} {}, {}", text_of(facts["kernel"]["release"], "?"),
                      text_of(facts["kernel"]["architecture"], "?"), text_of(facts["os"], "unknown distribution"))};
}

Check check_cpus(const Json& facts) {
  const auto cpus = allowed_cpus();
  const auto [server, client] = split_cpus(cpus);
  const auto detail = fmt::format("{}; {} of {} allowed", text_of(facts["cpu"]["model"], "unknown model"), cpus.size(),
                                  facts["cpu"]["logical_cpus"].get<int64_t>());
  if (cpus.size() < 2) return {"cpus", State::limited, detail + ": server and client have to share it"};
  return {"cpus", State::ok,
          fmt::format("{}: server on {}, client on {}", detail, format_cpu_list(server), format_cpu_list(client))};
}

Check check_hypervisor(const Json& facts) {
  const auto& hypervisor = facts["cpu"]["hypervisor"];
  if (hypervisor.is_null()) return {"hypervisor", State::ok, "none seen"};
  return {
      "hypervisor", State::limited,
      fmt::format("{}: ratios between the modes hold, absolute CPU costs are this VM's own", text_of(hypervisor, "?"))};
}

Check check_frequency(const Json& facts) {
  const auto& governor = facts["cpu"]["governor"];
  if (governor.is_null())
    return {"frequency", State::ok, "no governor here: the frequency is not this system's to choose"};
  if (governor == "performance") return {"frequency", State::ok, "governor performance"};
  return {"frequency", State::limited,
          fmt::format("governor {}: the clock follows the load, so repetitions spread more", text_of(governor, "?")),
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

Check check_seccomp(const Json& facts) {
  const auto filters = facts["seccomp_filters"].get<int64_t>();
  if (filters == 0) return {"seccomp", State::ok, "no filter adds to the system calls"};
  return {
      "seccomp", State::limited,
      fmt::format("{} filter{} run at every system call: part of what is measured", filters, filters == 1 ? "" : "s")};
}

Check check_perf(const PerfAvailability& perf) {
  if (!perf.usable) {
    return {"perf", State::missing, perf.reason + "; runs go on without counters", perf.remedy};
  }
  const auto detail = fmt::format("perf {} ({})", perf.version, perf.path);
  if (perf.user_space_only) return {"perf", State::limited, detail + ": " + perf.reason, perf.remedy};
  return {"perf", State::ok, detail + " may count this user's processes and the kernel's work for them"};
}

Check check_event(const EventSupport& event, bool in_vm) {
  if (event.works) return {"event " + event.event, State::ok, "counts"};
  // A VM's missing counters are mended on its host alone.
  const bool no_counter = in_vm && event.reason.starts_with("not supported");
  return {"event " + event.event, State::missing,
          no_counter ? event.reason + ": this VM was given no hardware counter for it" : event.reason};
}

Check check_loopback(const ZerocopyProbe& probe) {
  if (probe.loopback) return {"loopback", State::ok, "TCP over loopback connects"};
  return {"loopback", State::missing, probe.reason + ": no run is possible", probe.remedy};
}

Check check_zerocopy(const ZerocopyProbe& probe) {
  if (!probe.works) return {"zero-copy", State::missing, probe.reason, probe.loopback ? probe.remedy : ""};
  if (*probe.copied) {
    return {"zero-copy", State::ok, "MSG_ZEROCOPY works; over loopback the kernel copied after all, as it always does"};
  }
  return {"zero-copy", State::ok, "MSG_ZEROCOPY works, and the kernel did not copy"};
}

Check check_optmem() {
  constexpr int64_t kSinceLinux68 = 131072;
  const auto limit = sysctl_int("net.core.optmem_max");
  if (!limit) return {"optmem_max", State::limited, "net.core.optmem_max cannot be read here"};
  if (*limit >= kSinceLinux68) return {"optmem_max", State::ok, fmt::format("{} bytes", *limit)};
  return {"optmem_max", State::limited,
          fmt::format("{} bytes a socket for outstanding zero-copy sends: ENOBUFS will slow them down", *limit),
          fmt::format("sudo sysctl net.core.optmem_max={}", kSinceLinux68)};
}

Check check_locked_memory() {
  if (has_capability(CAP_IPC_LOCK)) return {"locked memory", State::ok, "CAP_IPC_LOCK: no limit"};
  const auto scarce = scarce_locked_memory();
  if (!scarce) {
    const auto limit = memlock_limit();
    return {"locked memory", State::ok, limit ? fmt::format("up to {} MiB", *limit >> 20) : "no limit"};
  }
  return {"locked memory", State::limited,
          fmt::format("{} KiB and no CAP_IPC_LOCK: larger sweeps go on with unlocked buffers and meet ENOBUFS",
                      *scarce >> 10),
          "sudo prlimit --pid $$ --memlock=unlimited:unlimited    # in the shell that then starts copybenchd"};
}

Json to_json(const std::vector<Check>& checks) {
  auto list = Json::array();
  for (const auto& check : checks) {
    list.push_back({{"name", check.name},
                    {"state", name_of(check.state)},
                    {"detail", check.detail},
                    {"remedy", text_or_null(check.remedy)}});
  }
  return list;
}

Json to_json(const PerfAvailability& perf, const std::vector<EventSupport>& events) {
  auto list = Json::array();
  for (const auto& event : events) {
    list.push_back({{"event", event.event}, {"works", event.works}, {"reason", text_or_null(event.reason)}});
  }
  return {{"usable", perf.usable},
          {"user_space_only", perf.user_space_only},
          {"path", text_or_null(perf.path)},
          {"version", text_or_null(perf.version)},
          {"reason", text_or_null(perf.reason)},
          {"remedy", text_or_null(perf.remedy)},
          {"events", std::move(list)}};
}

void print(const std::vector<Check>& checks, bool runs_possible, std::ostream& out) {
  size_t width = 0;
  for (const auto& check : checks) width = std::max(width, check.name.size());
  out << "What this machine can measure\n\n";
  for (const auto& check : checks) {
    out << fmt::format("  {:<{}}  {:<7}  {}\n", check.name, width, name_of(check.state), check.detail);
    if (!check.remedy.empty()) out << fmt::format("  {:<{}}  {:>7}  {}\n", "", width, "mend:", check.remedy);
  }
  const auto flawed =
      std::count_if(checks.begin(), checks.end(), [](const Check& check) { return check.state != State::ok; });
  out << "\n";
  if (!runs_possible) {
    out << "Runs are not possible here.\n";
  } else if (flawed == 0) {
    out << "Runs are possible, without limits.\n";
  } else {
    out << fmt::format("Runs are possible; {} of {} checks found a limit.\n", flawed, checks.size());
  }
  const bool no_cycles = std::none_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.name == "event cpu-cycles" && check.state == State::ok;
  });
  if (runs_possible && no_cycles) out << "Without cpu-cycles, cpu_ns_per_byte stands in for cycles_per_byte.\n";
}

}  // namespace

int run_doctor(bool json, std::ostream& out) {
  const auto facts = system_facts();
  const auto zerocopy = probe_zerocopy();
  PerfProbe probe("perf");
  const auto& perf = probe.availability();
  const auto events = perf.usable ? probe.support(default_events()) : std::vector<EventSupport>{};

  std::vector<Check> checks{check_kernel(facts),      check_cpus(facts),    check_hypervisor(facts),
                            check_frequency(facts),   check_seccomp(facts), check_loopback(zerocopy),
                            check_zerocopy(zerocopy), check_optmem(),       check_locked_memory(),
                            check_perf(perf)};
  const bool in_vm = !facts["cpu"]["hypervisor"].is_null();
  for (const auto& event : events) checks.push_back(check_event(event, in_vm));

  const bool runs_possible = zerocopy.loopback;
  if (json) {
    const Json report{{"runs_possible", runs_possible},
                      {"checks", to_json(checks)},
                      {"perf", to_json(perf, events)},
                      {"zerocopy", to_json(zerocopy)},
                      {"system", facts}};
    out << report.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(checks, runs_possible, out);
  }
  return runs_possible ? 0 : 1;
}

}  // namespace copybench
