// The shares of the busy samples that copied the payload, by where the copy is on the payload's way. They are computed from
// the symbols of a profile, by rules that are data. Pure.
//
// The symbols are those of Linux 5.x and 6.x on x86-64 and arm64, as its source has them (lib/iov_iter.c, net/core/skbuff.c,
// net/ipv4/tcp.c, arch/*/lib/) and as `perf report` shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/stacks.h"
#include "core/base/json.h"
#include "core/model/names.h"

namespace copybench {

// A stack is a copy of this kind if its root, its leaf and one of the callers match. Patterns are ECMAScript expressions
// that must match a whole frame; an empty one matches anything. The first rule that matches decides.
struct CopyRule {
  CopyKind kind{};
  std::string_view root;
  std::string_view leaf;
  std::string_view caller;
  std::string_view meaning;
};

std::span<const CopyRule> copy_rules();

struct CopySymbol {
  std::string symbol;
  int64_t samples = 0;
};

struct CopyPart {
  CopyKind kind{};
  int64_t samples = 0;
  std::vector<CopySymbol> symbols;  // the leaves that matched, most samples first
};

struct CopyShare {
  int64_t busy_samples = 0;
  std::vector<CopyPart> parts;  // one for each kind, in the order of the enumeration

  double share(CopyKind kind) const;  // of the busy samples, 0 to 1; 0 if there are none
};

CopyShare copy_share_of(const FoldedStacks& stacks);

// {"busy_samples", "total", "gather": {"share", "samples", "symbols": [{"symbol", "samples"}]}, "send", ...}
Json to_json(const CopyShare& share);
// None if the JSON is null (a profile without shares) or not what to_json() writes.
std::optional<CopyShare> copy_share_from_json(const Json& json);
// [{"copy", "root", "leaf", "caller", "meaning"}]
Json copy_rules_json();

}  // namespace copybench
