// What stands in the way of measuring on this machine: one list for doctor, GET /readyz and GET /system.
// Threads: any. Nothing is spawned or waited for: what takes that has been probed before.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/host/zerocopy_probe.h"
#include "core/perf/capability.h"

namespace copybench {

enum class CheckState { ok, limited, missing };

struct MachineCheck {
  std::string code;  // "loopback"; of the events all "event"
  std::string what;  // "event cpu-cycles"; another one for each check
  CheckState state = CheckState::ok;
  std::string detail;       // what was found: where it is not well, the reason
  std::string remedy = {};  // the command that mends it; empty: none is known, or none is needed
  bool needed = false;      // without it no run is possible
  // A property of the machine that the figures have to be read by, such as a hypervisor: nothing to be mended for measuring.
  bool note = false;
};

// What takes time to find out.
struct ProbedMachine {
  Json facts;  // system_facts()
  ZerocopyProbe zerocopy;
  PerfAvailability perf;
  std::vector<EventSupport> events;  // of the default ones
};
// Asks perf and sends over loopback: some 50 ms, never within a window.
ProbedMachine probe_machine(PerfProbe& perf);

// In a fixed order. Limits that can be raised while the daemon runs are read anew.
std::vector<MachineCheck> machine_checks(const ProbedMachine& machine);
MachineCheck check_locked_memory();

// {"code", "what", "state", "needed", "note", "detail", "remedy" (null: none)} each.
Json to_json(const std::vector<MachineCheck>& checks);
const char* name_of(CheckState state);

}  // namespace copybench
