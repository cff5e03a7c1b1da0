// What a network device does itself and what is left to the CPU: the features that `ethtool -k` shows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace copybench {

// Each feature by the kernel's name ("tx-tcp-segmentation") and whether it is on now, in the kernel's order. Needs no
// privilege.
Result<std::vector<std::pair<std::string, bool>>> device_features(const std::string& device);

}  // namespace copybench
