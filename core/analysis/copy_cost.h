// Describes what the copies cost, in sentences: the copy shares of the engines side by side, at each message size and
// thread count. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/analysis/copy_share.h"
#include "core/model/spec.h"

namespace copybench {

struct ProfiledShare {
  Configuration configuration;
  CopyShare share;
};

struct CopyCost {
  uint64_t field_bytes = 0;
  uint32_t threads = 0;
  // First what each engine spends and what part of it cannot be its own, then the copies that some engines have and others
  // cannot have. What two engines spend in a copy that both have is not compared: runs differ by more than samples do, and
  // only one run of each is profiled. Each sentence begins with the engine that it is about.
  std::vector<std::string> sentences;
};

// A copy with less than this share of the busy samples counts as absent: stray samples and headers.
constexpr double kCopyThere = 0.01;

// One for each message size and thread count, in their order.
std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares);

}  // namespace copybench
