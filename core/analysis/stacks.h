// Sampled call stacks, folded: one line per distinct stack, "root;caller;leaf 42", the form that flame graph tools read.
// A frame is a symbol; the kernel's end in "_[k]", one without a symbol is its module in brackets ("[libc.so.6]"). The
// root is the process's part in the run: "engine", "load" or "kernel" (ksoftirqd, interrupts that hit an idle CPU).
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace copybench {

// The kernel unwinds 127 frames, shared by both halves of a stack, unless kernel.perf_event_max_stack was raised.
struct StackLimits {
  static constexpr size_t kMaxFrames = 2048;           // of one stack
  static constexpr size_t kMaxAllFrames = 2'000'000;   // of all
  static constexpr int64_t kMaxSamples = int64_t{1} << 52;  // of all
};

// Maps "root;caller;leaf" to the number of samples with this stack.
using FoldedStacks = std::map<std::string, int64_t, std::less<>>;

int64_t sample_count(const FoldedStacks& stacks);

// One line each, in the order of their text.
std::string to_text(const FoldedStacks& stacks);
// An error names the first line that is no folded stack, or the limit that is exceeded.
Result<FoldedStacks> folded_from_text(std::string_view text);

std::vector<std::string_view> frames_of(std::string_view stack);

// The same stacks as a tree, as flame graphs draw them. The first node is the root, which has no name and holds all. Each
// caller comes before its callees. It is a list, since a stack may be too deep for recursion.
struct StackNode {
  std::string name;
  int64_t samples = 0;          // of this frame and all that it called
  size_t depth = 0;             // of the root: 0
  std::vector<size_t> callees;  // places in the tree, in the order in which the stacks have them
};
using StackTree = std::vector<StackNode>;
StackTree tree_of(const FoldedStacks& stacks);

}  // namespace copybench
