#include "core/perf/machine_checks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace copybench;

namespace {

ProbedMachine machine() {
  ProbedMachine machine;
  machine.facts = {{"kernel", {{"release", "6.1"}, {"architecture", "x86_64"}}},
                   {"os", "Debian"},
                   {"cpu", {{"model", "a CPU"}, {"logical_cpus", 8}, {"hypervisor", nullptr}, {"governor", nullptr}}},
                   {"seccomp_filters", 0}};
  machine.zerocopy.loopback = machine.zerocopy.works = true;
  machine.zerocopy.copied = true;
  machine.perf.usable = true;
  machine.perf.version = "6.1";
  machine.events = {{"cpu-cycles", true, true, ""}};
  return machine;
}

MachineCheck named(const ProbedMachine& machine, const std::string& what) {
  const auto checks = machine_checks(machine);
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const auto& check) { return check.what == what; });
  REQUIRE(found != checks.end());
  return *found;
}

}  // namespace

TEST_CASE("each check has a unique name, and reports its finding") {
  std::set<std::string> names;
  for (const MachineCheck& check : machine_checks(machine())) {
    CHECK(names.insert(check.what).second);
    CHECK_FALSE(check.code.empty());
    CHECK_FALSE(check.detail.empty());
  }
}

TEST_CASE("no loopback: no run is possible") {
  auto without = machine();
  without.zerocopy = {};
  without.zerocopy.reason = "connect: refused";
  const MachineCheck loopback = named(without, "loopback");
  CHECK(loopback.needed);
  CHECK(loopback.state == CheckState::missing);
  CHECK(loopback.detail == "connect: refused: no run is possible");
  CHECK(named(machine(), "loopback").state == CheckState::ok);
}

TEST_CASE("missing zero-copy and perf are reported and optional; what a VM lacks is a note") {
  auto poor = machine();
  poor.zerocopy.works = false;
  poor.zerocopy.reason = "SO_ZEROCOPY was refused";
  poor.perf = {};
  poor.perf.reason = "there is no program perf";
  poor.perf.remedy = "install it";
  poor.facts["cpu"]["hypervisor"] = "KVM";
  poor.events = {{"cpu-cycles", false, true, "not supported by this machine"}};
  for (const char* what : {"zero-copy", "perf"}) {
    const MachineCheck check = named(poor, what);
    CHECK(check.state == CheckState::missing);
    CHECK_FALSE(check.needed);
    CHECK_FALSE(check.note);
  }
  CHECK(named(poor, "perf").remedy == "install it");
  CHECK(named(poor, "hypervisor").note);
  const MachineCheck event = named(poor, "event cpu-cycles");
  CHECK(event.note);
  CHECK(event.code == "event");
  CHECK(event.detail.find("this VM was given no hardware counter") != std::string::npos);
}
