// The obstacles to measuring on this machine: one list for doctor, GET /readyz and GET /system.
// Threads: any. The checks spawn nothing and do not wait: probe_machine() has done what needs that.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/host/zerocopy_probe.h"
#include "core/perf/capability.h"

namespace copybench {

enum class CheckState { ok, limited, missing };

struct MachineCheck {
  std::string code;  // "loopback"; "event" for all events
  std::string what;  // "event cpu-cycles"; different for each check
  CheckState state = CheckState::ok;
  std::string detail;       // what was found; the reason if it is not ok
  std::string remedy = {};  // the command that fixes it; empty if none is known or needed
  bool needed = false;      // without it no run is possible
  // A property of the machine that matters for reading the figures, such as a hypervisor. Measuring needs no fix of it.
  bool note = false;
};

// The facts that take time to probe.
struct ProbedMachine {
  Json facts;  // system_facts()
  ZerocopyProbe zerocopy;
  PerfAvailability perf;
  std::vector<EventSupport> events;  // the default events
};
// Runs perf and sends over loopback. Takes some 50 ms; never call it within a window.
ProbedMachine probe_machine(PerfProbe& perf);

// In a fixed order. Limits that can be raised while the daemon runs are read again.
std::vector<MachineCheck> machine_checks(const ProbedMachine& machine);
MachineCheck check_locked_memory();

// {"code", "what", "state", "needed", "note", "detail", "remedy" (null: none)} each.
Json to_json(const std::vector<MachineCheck>& checks);
const char* name_of(CheckState state);

}  // namespace copybench
