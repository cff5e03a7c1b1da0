// The cost of copies, as codes and numbers: the copy shares of the engines side by side, at each message size and thread
// count. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "core/analysis/copy_share.h"
#include "core/model/spec.h"

namespace copybench {

struct ProfiledShare {
  Configuration configuration;
  CopyShare share;
};

enum class CopyCode : uint8_t {
  spends,        // an engine's copies together
  not_its_own,   // a copy that the engine cannot have: of other programs' packets that were handled on its threads
  only_some_do,  // a copy that other engines do not have
};
template <>
std::span<const std::string_view> names<CopyCode>();

struct CopyFinding {
  CopyCode code{};
  EngineMode engine{};
  double share = 0;              // of the busy samples: of all copies together for spends, else of the one copy
  int64_t busy_samples = 0;      // of the engine's profile
  struct Part {
    CopyKind kind{};
    double share = 0;
  };
  std::vector<Part> copies;      // those of at least kCopyThere; one for all codes but spends
  std::vector<EngineMode> without;  // only_some_do: the engines that do not have the copy
};

struct CopyCost {
  uint64_t field_bytes = 0;
  uint32_t threads = 0;
  // First what each engine spends and what part of it cannot be its own, then the copies that some engines have and others
  // cannot have. What two engines spend in a copy that both have is not compared: runs differ by more than samples do, and
  // only one run of each is profiled.
  std::vector<CopyFinding> findings;
};

// A copy with less than this share of the busy samples counts as absent: stray samples and headers.
constexpr double kCopyThere = 0.01;

// One for each message size and thread count, in their order.
std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares);

}  // namespace copybench
