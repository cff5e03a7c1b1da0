// What the kernel says of a network device of this process's network namespace, for whichever namespace /sys was mounted.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace copybench {

Result<int64_t> device_mtu(const std::string& device);           // bytes
Result<int64_t> device_tx_queue_len(const std::string& device);  // packets

// What the device does itself and what is left to the CPU: the features that `ethtool -k` shows, each by the kernel's name
// ("tx-tcp-segmentation") and whether it is on now, in the kernel's order. Needs no privilege.
Result<std::vector<std::pair<std::string, bool>>> device_features(const std::string& device);

}  // namespace copybench
