// What the copies cost, in words: the copy shares of the engines side by side, at each message size and thread count. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/copy_share.h"
#include "core/model/spec.h"

namespace copybench {

struct ProfiledShare {
  Configuration configuration;
  CopyShare share;
};

struct CopyCost {
  uint64_t field_bytes = 0;
  uint32_t threads = 0;
  // What each engine spends and what of it cannot be its own, then by which copies they differ that some cannot have. How much
  // two engines spend in a copy that both have is not compared: runs differ by more than samples do, and one run of each is
  // profiled. Each begins with the engine that it is about.
  std::vector<std::string> sentences;
};

// A copy with less than this share of the busy samples counts as not there: stray samples and headers.
constexpr double kCopyThere = 0.01;

// One for each message size and thread count, in their order.
std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares);

}  // namespace copybench
