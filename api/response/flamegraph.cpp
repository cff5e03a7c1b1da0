#include "api/response/flamegraph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace copybench {
namespace {

constexpr double kWidth = 1200;
constexpr double kMargin = 10;
constexpr double kHead = 56;  // title and legend
constexpr double kRow = 17;
constexpr double kNarrowest = 0.3;   // width of the narrowest frame drawn, in pixels
constexpr size_t kMostFrames = 50'000;  // drawn at most: 15 MB of text
constexpr double kCharacter = 6.6;   // width of a character, in pixels
constexpr double kDeepestShift = 0.1;  // a share that differs by this much or more has the deepest colour

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return safe;
}

// Kernel and user frames differ in hue. The shade follows from the frame's name, so that a frame has the same colour in every
// graph.
std::string colour_of(std::string_view name) {
  uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  const int shade = static_cast<int>(hash % 40);
  const bool kernel = name.ends_with("_[k]");
  return fmt::format("hsl({},{}%,{}%)", kernel ? 24 + shade / 4 : 200 + shade / 4, 62, 62 + shade / 2);
}

std::string colour_of_shift(double shift) {
  const double depth = std::min(1.0, std::abs(shift) / kDeepestShift);
  const int other = 245 - static_cast<int>(std::lround(150 * depth));
  return shift >= 0 ? fmt::format("rgb(245,{0},{0})", other) : fmt::format("rgb({0},{0},245)", other);
}

// Draws row by row from the roots: a stack may be too deep for a recursion.
class Drawing {
 public:
  Drawing(const StackTree& tree, const StackTree* base)
      : tree_(tree), base_(base), samples_(static_cast<double>(std::max<int64_t>(1, tree[0].samples))) {
    for (size_t caller = 0; base != nullptr && caller < base->size(); ++caller) {
      for (const size_t callee : (*base)[caller].callees) base_places_[{caller, (*base)[callee].name}] = callee;
    }
    std::deque<Frame> open;
    add_callees({0, base == nullptr ? std::nullopt : std::optional<size_t>(0), kMargin}, open);
    size_t drawn = 0;
    for (; !open.empty() && drawn < kMostFrames; open.pop_front(), ++drawn) {
      rows_ = std::max(rows_, tree[open.front().at].depth);
      shown_.push_back(open.front());
      add_callees(open.front(), open);
    }
    whole_ = open.empty();
    for (const Frame& frame : shown_) draw(frame);
  }

  double height() const { return kHead + static_cast<double>(rows_) * kRow + kMargin; }
  const std::string& text() const { return text_; }
  bool whole() const { return whole_; }

 private:
  struct Frame {
    size_t at;                   // index in the tree
    std::optional<size_t> base;  // index in the base's tree; none: no such frame there
    double x;
  };

  double share_of(const StackNode& node) const { return static_cast<double>(node.samples) / samples_; }
  double width_of(const StackNode& node) const { return share_of(node) * (kWidth - 2 * kMargin); }

  std::optional<size_t> callee_in_base(std::optional<size_t> caller, const std::string& name) const {
    if (!caller) return std::nullopt;
    const auto found = base_places_.find({*caller, name});
    return found == base_places_.end() ? std::nullopt : std::optional(found->second);
  }

  // Adds the callees that are wide enough to be seen.
  void add_callees(const Frame& caller, std::deque<Frame>& open) const {
    double x = caller.x;
    for (const size_t callee : tree_[caller.at].callees) {
      const double width = width_of(tree_[callee]);
      if (width >= kNarrowest) {
        open.push_back({callee, callee_in_base(caller.base, tree_[callee].name), x});
      }
      x += width;
    }
  }

  void draw(const Frame& frame) {
    const StackNode& node = tree_[frame.at];
    const double width = width_of(node);
    const double y = kHead + static_cast<double>(rows_ - node.depth) * kRow;
    std::string title = fmt::format("{}: {:.2f} % ({} samples)", node.name, 100 * share_of(node), node.samples);
    std::string colour = colour_of(node.name);
    if (base_ != nullptr) {
      const double before = !frame.base ? 0 : static_cast<double>((*base_)[*frame.base].samples) /
                                                  static_cast<double>(std::max<int64_t>(1, (*base_)[0].samples));
      colour = colour_of_shift(share_of(node) - before);
      title += fmt::format(", base {:.2f} %", 100 * before);
    }
    text_ += fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\" fill=\"{}\"/>", escaped(title),
        frame.x, y, width, kRow - 1, colour);
    const auto room = static_cast<size_t>(std::max(0.0, (width - 6) / kCharacter));
    if (room >= 3) {
      const std::string shown = node.name.size() <= room ? node.name : node.name.substr(0, room - 2) + "..";
      text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.0f}\">{}</text>", frame.x + 3, y + 12, escaped(shown));
    }
    text_ += "</g>\n";
  }

  const StackTree& tree_;
  const StackTree* base_;
  std::map<std::pair<size_t, std::string_view>, size_t> base_places_;  // by the caller's index and the frame's name
  const double samples_;
  size_t rows_ = 0;
  bool whole_ = true;
  std::vector<Frame> shown_;
  std::string text_;
};

}  // namespace

std::string flamegraph_svg(const std::string& title, const FoldedStacks& stacks, const FoldedStacks* base) {
  const StackTree tree = tree_of(stacks);
  const StackTree base_tree = base == nullptr ? StackTree{} : tree_of(*base);
  const Drawing drawing(tree, base == nullptr ? nullptr : &base_tree);
  const char* const legend = base == nullptr
                                 ? "Width: share of the busy samples. Blue: user space, orange: kernel (_[k])."
                                 : "Width: share of the busy samples. Red: a larger share than in the base, blue: a "
                                   "smaller one; what the base alone has is in no frame.";
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "font-family=\"monospace\" font-size=\"11\">\n"
      "<title>{2}</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"{3:.0f}\" y=\"22\" font-size=\"16\" font-family=\"sans-serif\">{2}</text>\n"
      "<text x=\"{3:.0f}\" y=\"42\" font-family=\"sans-serif\">{4} {5} samples.{6}</text>\n{7}</svg>\n",
      kWidth, drawing.height(), escaped(title), kMargin, legend, tree[0].samples,
      drawing.whole() ? "" : " The deepest frames are left out: there are too many.", drawing.text());
}

}  // namespace copybench
