#include "core/host/capabilities.h"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "core/host/system_facts.h"
#include "core/host/text_file.h"

using namespace copybench;

namespace {

// In its own process, since dropped capabilities do not come back.
int in_child(int (*what)()) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(what());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool has_none(const char* set) {
  const auto mask = value_of_line("/proc/self/status", set);
  return mask && std::strtoull(mask->c_str(), nullptr, 16) == 0;
}

}  // namespace

TEST_CASE("a capability that is not kept is removed from every set") {
  CHECK(in_child([] {
          if (!keep_capabilities({})) return 1;
          return has_none("CapEff") && has_none("CapPrm") && has_none("CapInh") && has_none("CapAmb") ? 0 : 2;
        }) == 0);
}

TEST_CASE("a kept capability stays in its sets, and no other does") {
  static const bool had = has_capability(CAP_IPC_LOCK);
  CHECK(in_child([] {
          if (!keep_capabilities({CAP_IPC_LOCK})) return 1;
          if (has_capability(CAP_IPC_LOCK) != had || has_capability(CAP_PERFMON) || has_capability(CAP_SYS_ADMIN)) return 2;
          return has_none("CapAmb") && has_none("CapInh") ? 0 : 3;
        }) == 0);
}
