#include "core/host/system_facts.h"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/host/text_file.h"

using namespace copybench;

TEST_CASE("the facts have their names and types on any machine") {
  const auto facts = system_facts();
  utsname name{};
  REQUIRE(::uname(&name) == 0);
  CHECK(facts.at("hostname") == name.nodename);
  CHECK(facts.at("kernel").at("release") == name.release);
  CHECK(facts.at("kernel").at("architecture") == name.machine);
  CHECK(facts.at("cpu").at("logical_cpus") == ::sysconf(_SC_NPROCESSORS_ONLN));
  CHECK(facts.at("cpu").at("allowed_cpus").is_string());
  CHECK(facts.at("cpu").at("caches").is_array());
  for (const char* key : {"model", "smt", "hypervisor", "governor"}) CHECK(facts.at("cpu").contains(key));
  CHECK(facts.at("memory_bytes") > 0);
  CHECK(facts.at("sysctls").contains("net.core.optmem_max"));
  const auto& wmem = facts.at("sysctls").at("net.ipv4.tcp_wmem");
  CHECK((wmem.is_null() || (wmem.is_array() && wmem.size() == 3)));
  CHECK((facts.at("rlimit_memlock_bytes").is_null() || facts.at("rlimit_memlock_bytes").is_number_integer()));
  for (const char* key : {"perfmon", "ipc_lock", "sys_admin"}) CHECK(facts.at("capabilities").at(key).is_boolean());
  CHECK(facts.at("seccomp_filters") == seccomp_filter_count());
  CHECK_NOTHROW(facts.dump());
}

TEST_CASE("sysctls and capabilities") {
  CHECK(sysctl_int("kernel.pid_max").value_or(0) > 0);
  CHECK_FALSE(sysctl_int("no.such.sysctl"));
  CHECK_FALSE(sysctl_int("kernel.ostype"));  // a text
  CHECK_FALSE(has_capability(-1));
  CHECK_FALSE(has_capability(62));
  if (::geteuid() != 0) MESSAGE("no root here: CAP_IPC_LOCK is " << has_capability(CAP_IPC_LOCK));
}

TEST_CASE("small files give the reason if they cannot be read") {
  CHECK(read_small_file("/no/such/file").error().message.find("/no/such/file: No such file") != std::string::npos);
  CHECK(value_of_line("/proc/self/status", "Name").has_value());
  CHECK_FALSE(value_of_line("/proc/self/status", "Nam"));
  CHECK(numbers_or_text("17") == 17);
  CHECK(numbers_or_text("4096\t16384 4194304") == Json{4096, 16384, 4194304});
  CHECK(numbers_or_text("0-1") == "0-1");
  CHECK(numbers_or_text("cubic") == "cubic");
}

TEST_CASE("small files") {
  CHECK(read_text_file("/proc/sys/kernel/ostype") == "Linux");
  CHECK_FALSE(read_text_file("/no/such/file"));
  CHECK_FALSE(read_text_file("/proc"));
  CHECK_FALSE(read_text_file("/dev/zero"));  // endless
}
