#include "core/host/circumstances.h"

#include <doctest/doctest.h>
#include <sys/utsname.h>

#include <algorithm>
#include <set>

#include "core/host/device_features.h"
#include "core/host/text_file.h"

using namespace copybench;

namespace {

const Circumstance& fact(const Circumstances& facts, const std::string& name) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& one) { return one.name == name; });
  CAPTURE(name);
  REQUIRE(found != facts.end());
  return *found;
}

}  // namespace

TEST_CASE("every fact has a unique name, and a value or the reason why it has none") {
  const auto facts = gather_circumstances(std::string("6.1.0"));
  std::set<std::string> seen;
  for (const Circumstance& one : facts) {
    CAPTURE(one.name);
    CHECK(seen.insert(one.name).second);
    CHECK(one.value.is_null() != one.reason.empty());
  }
}

TEST_CASE("facts gathered twice are equal") {
  const auto perf = Result<std::string>("6.1.0");
  CHECK(diff(gather_circumstances(perf), gather_circumstances(perf)).empty());
}

TEST_CASE("the facts are this machine's") {
  const auto facts = gather_circumstances(fail("there is no perf"));
  utsname name{};
  REQUIRE(::uname(&name) == 0);
  CHECK(fact(facts, kHostName).value == name.nodename);
  CHECK(fact(facts, "kernel.release").value == name.release);
  CHECK(fact(facts, "net.ipv4.tcp_wmem").value.size() == 3);
  CHECK(fact(facts, "device.mtu").value >= 1280);
  CHECK(fact(facts, "memory.total").value > 0);
  CHECK(fact(facts, "perf.version").value.is_null());
  CHECK(fact(facts, "perf.version").reason == "there is no perf");
  CHECK(fact(facts, "copybench.build_id").value.get<std::string>().size() == 40);
  for (const char* present : {"cpu.model", "cpu.frequency.governor", "cpu.frequency.max", "numa.nodes", "rlimit.memlock",
                              "net.core.optmem_max", "net.core.max_skb_frags", "seccomp.filters", "kernel.command_line",
                              "cpu.microcode", "host.hypervisor", "cpu.smt", "copybench.compiler", "copybench.flags"}) {
    fact(facts, present);
  }
}

TEST_CASE("the machine's id is only shown hashed") {
  const auto facts = gather_circumstances(std::string("6.1.0"));
  const auto& shown = fact(facts, kMachineId);
  const auto secret = read_text_file("/etc/machine-id");
  if (!secret) {
    CHECK(shown.value.is_null());
    return;
  }
  REQUIRE(shown.value.is_string());
  CHECK(shown.value.get<std::string>().size() == 32);
  CHECK(shown.value != *secret);
}

TEST_CASE("loopback's features are known by name, and an unknown device's are not") {
  const auto features = device_features("lo");
  REQUIRE(features);
  const auto gather = std::find_if(features->begin(), features->end(),
                                   [](const auto& one) { return one.first == "tx-scatter-gather"; });
  REQUIRE(gather != features->end());
  CHECK(gather->second);
  CHECK_FALSE(device_features("no-such-device"));
}
