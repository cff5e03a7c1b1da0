// Profiles for the tests of what copies cost.
#pragma once

#include <utility>

#include "core/analysis/copy_cost.h"

namespace copybench {

// The samples of each copy, of 1000 busy ones.
inline ProfiledShare profiled(EngineMode engine, int64_t gather, int64_t send, int64_t deferred, int64_t receive,
                       uint64_t field_bytes = 8192) {
  CopyShare share{1000, {}};
  for (const auto& [kind, samples] : {std::pair{CopyKind::gather, gather}, {CopyKind::send, send},
                                      {CopyKind::deferred, deferred}, {CopyKind::receive, receive}}) {
    share.parts.push_back({kind, samples, {}});
  }
  return {{engine, field_bytes, 2}, share};
}

}  // namespace copybench
