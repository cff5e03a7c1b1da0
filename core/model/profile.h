// A run's profile as it is stored and served.
#pragma once

#include <string>

#include "core/base/json.h"

namespace copybench {

struct RunProfile {
  // {"event", "frequency_hz", "scope", "samples": {"engine", "load", "kernel", "others", "idle"},
  //  "copy_share": see copy_share.h, or null, "reason": why it is null, or null}
  Json report = Json::object();
  std::string stacks;  // folded, see stacks.h
};

}  // namespace copybench
