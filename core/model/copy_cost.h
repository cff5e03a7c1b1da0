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
  double others = 0;  // of all samples of the machine, those of processes that are not the run's, 0 to 1
};

struct CopyCost {
  uint64_t field_bytes = 0;
  uint32_t threads = 0;
  // What each engine spends and what makes that doubtful, then where they differ: by copies that some cannot have, and by
  // copies that several have where that is beyond sampling error. Each begins with the engine that it is about.
  std::vector<std::string> sentences;
};

// A copy with less than this share of the busy samples counts as not there: stray samples and headers.
constexpr double kCopyThere = 0.01;
// From this share of all samples on, other processes make the shares doubtful.
constexpr double kOthersDoubtful = 0.1;
// Of a difference between two engines' shares of a copy, by the z test of two proportions.
constexpr double kShareSignificance = 0.01;

// One for each message size and thread count, in their order.
std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares);

}  // namespace copybench
