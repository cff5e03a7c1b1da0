#include "daemon/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "core/perf/machine_checks.h"

namespace copybench {
namespace {

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

void print(const std::vector<MachineCheck>& checks, bool runs_possible, std::ostream& out) {
  size_t width = 0;
  for (const auto& check : checks) width = std::max(width, check.what.size());
  out << "What this machine can measure\n\n";
  for (const auto& check : checks) {
    out << fmt::format("  {:<{}}  {:<7}  {}\n", check.what, width, name_of(check.state), check.detail);
    if (!check.remedy.empty()) out << fmt::format("  {:<{}}  {:>7}  {}\n", "", width, "mend:", check.remedy);
  }
  const auto flawed =
      std::count_if(checks.begin(), checks.end(), [](const MachineCheck& check) { return check.state != CheckState::ok; });
  out << "\n";
  if (!runs_possible) {
    out << "Runs are not possible here.\n";
  } else if (flawed == 0) {
    out << "Runs are possible, without limits.\n";
  } else {
    out << fmt::format("Runs are possible; {} of {} checks found a limit.\n", flawed, checks.size());
  }
  const bool no_cycles = std::none_of(checks.begin(), checks.end(), [](const MachineCheck& check) {
    return check.what == "event cpu-cycles" && check.state == CheckState::ok;
  });
  if (runs_possible && no_cycles) out << "Without cpu-cycles, cpu_ns_per_byte stands in for cycles_per_byte.\n";
}

}  // namespace

int run_doctor(bool json, std::ostream& out) {
  PerfProbe probe("perf");
  const ProbedMachine machine = probe_machine(probe);
  const std::vector<MachineCheck> checks = machine_checks(machine);
  const bool runs_possible = machine.zerocopy.loopback;
  if (json) {
    const Json report{{"runs_possible", runs_possible},
                      {"checks", to_json(checks)},
                      {"perf", to_json(machine.perf, machine.events)},
                      {"zerocopy", to_json(machine.zerocopy)},
                      {"system", machine.facts}};
    out << report.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(checks, runs_possible, out);
  }
  return runs_possible ? 0 : 1;
}

}  // namespace copybench
