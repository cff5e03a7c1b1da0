// Facts about a network device in this process's network namespace, whatever namespace /sys was mounted for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace copybench {

Result<int64_t> device_mtu(const std::string& device);           // bytes
Result<int64_t> device_tx_queue_len(const std::string& device);  // packets

// The work that the device offloads from the CPU: the features that `ethtool -k` shows, each with the kernel's name
// ("tx-tcp-segmentation") and whether it is on now, in the kernel's order. Needs no privilege.
Result<std::vector<std::pair<std::string, bool>>> device_features(const std::string& device);

}  // namespace copybench
