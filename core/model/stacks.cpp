#include "core/model/stacks.h"

#include <fmt/format.h>

#include <charconv>

namespace copybench {
namespace {

// Stacks come in the order of their text, which is not that of a tree's callees ("a-b" stands before "a;c"): so the
// callee is looked for, from the last one back, where it nearly always is.
StackNode& callee_of(StackNode& caller, std::string_view name) {
  for (auto callee = caller.callees.rbegin(); callee != caller.callees.rend(); ++callee) {
    if (callee->name == name) return *callee;
  }
  return caller.callees.emplace_back(StackNode{std::string(name), 0, {}});
}

}  // namespace

int64_t sample_count(const FoldedStacks& stacks) {
  int64_t samples = 0;
  for (const auto& [stack, count] : stacks) samples += count;
  return samples;
}

std::string to_text(const FoldedStacks& stacks) {
  std::string text;
  for (const auto& [stack, samples] : stacks) text += fmt::format("{} {}\n", stack, samples);
  return text;
}

Result<FoldedStacks> folded_from_text(std::string_view text) {
  FoldedStacks stacks;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    const auto space = line.rfind(' ');
    int64_t samples = 0;
    const auto* const last = line.data() + line.size();
    if (space == line.npos || space == 0 ||
        std::from_chars(line.data() + space + 1, last, samples).ptr != last || samples <= 0) {
      return fail(fmt::format("this is no folded stack: {}", line.substr(0, 200)));
    }
    stacks[std::string(line.substr(0, space))] += samples;
  }
  return stacks;
}

std::vector<std::string_view> frames_of(std::string_view stack) {
  std::vector<std::string_view> frames;
  for (;;) {
    const auto end = stack.find(';');
    frames.push_back(stack.substr(0, end));
    if (end == stack.npos) return frames;
    stack.remove_prefix(end + 1);
  }
}

StackNode tree_of(const FoldedStacks& stacks) {
  StackNode root;
  for (const auto& [stack, samples] : stacks) {
    StackNode* node = &root;
    node->samples += samples;
    for (const std::string_view frame : frames_of(stack)) {
      node = &callee_of(*node, frame);
      node->samples += samples;
    }
  }
  return root;
}

}  // namespace copybench
