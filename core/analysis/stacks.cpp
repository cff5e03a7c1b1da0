#include "core/analysis/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace copybench {
namespace {

Result<void> check_limits(std::string_view stack, size_t& all_frames) {
  const auto frames = static_cast<size_t>(std::count(stack.begin(), stack.end(), ';')) + 1;
  if (frames > StackLimits::kMaxFrames) {
    return fail(fmt::format("a stack has {} frames; allowed: {}", frames, StackLimits::kMaxFrames));
  }
  all_frames += frames;
  if (all_frames > StackLimits::kMaxAllFrames) return fail(fmt::format("all stacks have more than {} frames", StackLimits::kMaxAllFrames));
  return {};
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
  size_t all_frames = 0;
  int64_t all_samples = 0;
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
    const std::string_view stack = line.substr(0, space);
    if (auto within = check_limits(stack, all_frames); !within) return tl::unexpected(within.error());
    if (samples > StackLimits::kMaxSamples - all_samples) {
      return fail(fmt::format("all stacks have more than {} samples", StackLimits::kMaxSamples));
    }
    all_samples += samples;
    stacks[std::string(stack)] += samples;
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

StackTree tree_of(const FoldedStacks& stacks) {
  StackTree tree(1);
  // Stacks come in the order of their text, which is not that of a tree's callees ("a-b" comes before "a;c").
  std::map<std::pair<size_t, std::string_view>, size_t> places;  // by the caller's place and the frame
  for (const auto& [stack, samples] : stacks) {
    size_t at = 0;
    tree[at].samples += samples;
    for (const std::string_view frame : frames_of(stack)) {
      const auto [place, is_new] = places.try_emplace({at, frame}, tree.size());
      if (is_new) {
        tree[at].callees.push_back(tree.size());
        tree.push_back({std::string(frame), 0, tree[at].depth + 1, {}});
      }
      at = place->second;
      tree[at].samples += samples;
    }
  }
  return tree;
}

}  // namespace copybench
