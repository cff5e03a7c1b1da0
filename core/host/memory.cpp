#include "core/host/memory.h"

#include <linux/capability.h>

#include <fstream>
#include <limits>
#include <string>

#include "core/host/system_facts.h"

namespace copybench {

std::optional<int64_t> available_memory_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  int64_t kibibytes = 0;
  while (file >> key >> kibibytes) {
    if (key == "MemAvailable:") return kibibytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

std::optional<int64_t> scarce_locked_memory() {
  constexpr int64_t kEnough = 64 << 20;
  if (has_capability(CAP_IPC_LOCK)) return std::nullopt;
  const auto limit = memlock_limit();
  return limit && *limit < kEnough ? limit : std::nullopt;
}

}  // namespace copybench
