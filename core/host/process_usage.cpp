#include "core/host/process_usage.h"

#include <sys/resource.h>

#include "core/base/time.h"

namespace copybench {

ProcessUsage ProcessUsage::operator-(const ProcessUsage& earlier) const {
  return {wake_ups - earlier.wake_ups, cpu_ns - earlier.cpu_ns, block_writes - earlier.block_writes};
}

ProcessUsage process_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);  // fails for wrong arguments only
  return {usage.ru_nvcsw, process_cpu_ns(), usage.ru_oublock};
}

Json to_json(const ProcessUsage& usage) {
  return {{"wake_ups", usage.wake_ups}, {"cpu_ns", usage.cpu_ns}, {"block_writes", usage.block_writes}};
}

}  // namespace copybench
