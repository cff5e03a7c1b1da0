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

// From "root;caller;leaf" to the samples that had this stack.
using FoldedStacks = std::map<std::string, int64_t, std::less<>>;

int64_t sample_count(const FoldedStacks& stacks);

// One line each, in the order of their text.
std::string to_text(const FoldedStacks& stacks);
// An error names the first line that is none.
Result<FoldedStacks> folded_from_text(std::string_view text);

std::vector<std::string_view> frames_of(std::string_view stack);

// The same stacks as a tree: what flame graphs draw. The root is a node of no name that holds all.
struct StackNode {
  std::string name;
  int64_t samples = 0;  // of this frame and all that it called
  std::vector<StackNode> callees;  // by name
};
StackNode tree_of(const FoldedStacks& stacks);

}  // namespace copybench
