// The shapes of what this program writes beside the figures: a run's evidence, counters and profile, and an experiment's
// findings. An import must have them, and what is read from the store is validated against them too.
// Earlier versions wrote less into the evidence and later ones may write more, so evidence may lack members and may have
// others.
#pragma once

#include "core/model/json_shape.h"

namespace copybench {

struct StoredLimits {
  static constexpr int64_t kMaxCount = 1'000'000'000'000'000'000;  // of anything: a sum of nine fits into 64 bits
  static constexpr size_t kMaxTextBytes = 64 << 10;
  static constexpr size_t kMaxPerfBytes = 1 << 20;
  static constexpr size_t kMaxStacksBytes = 16 << 20;
  static constexpr size_t kMaxSpecBytes = 1 << 20;  // as much as the body of a request
  static constexpr size_t kMaxRecordings = 1000;    // of the circumstances of one experiment
  static constexpr size_t kMaxFactsBytes = 1 << 20; // of one of them
  static constexpr size_t kMaxFacts = 1000;
  static constexpr size_t kMaxFactBytes = 16 << 10;
};

const Shape& evidence_shape();
const Shape& counters_shape();
const Shape& profile_report_shape();
const Shape& copy_share_shape();  // of that report
const Shape& findings_shape();

}  // namespace copybench
