#include "core/host/memory.h"

#include <fstream>
#include <limits>
#include <string>

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

}  // namespace copybench
