#include "api/flamegraph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace copybench {
namespace {

constexpr double kWidth = 1200;
constexpr double kMargin = 10;
constexpr double kHead = 56;  // title and legend
constexpr double kRow = 17;
constexpr double kNarrowest = 0.3;   // of a frame that is drawn, in pixels
constexpr double kCharacter = 6.6;   // of the text, in pixels
constexpr double kDeepestShift = 0.1;  // a share that differs by this much has the deepest colour

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

int depth_of(const StackNode& node) {
  int deepest = 0;
  for (const StackNode& callee : node.callees) deepest = std::max(deepest, depth_of(callee));
  return deepest + 1;
}

// Kernel and user frames differ in hue; within them a frame's colour follows from its name, so that it is the same in
// every graph.
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

const StackNode* callee_named(const StackNode* node, std::string_view name) {
  if (node == nullptr) return nullptr;
  const auto found = std::find_if(node->callees.begin(), node->callees.end(),
                                  [&](const StackNode& callee) { return callee.name == name; });
  return found == node->callees.end() ? nullptr : &*found;
}

class Drawing {
 public:
  Drawing(const StackNode& root, const StackNode* base_root)
      : base_root_(base_root), samples_(static_cast<double>(std::max<int64_t>(1, root.samples))), rows_(depth_of(root) - 1) {
    double x = kMargin;
    for (const StackNode& callee : root.callees) {
      draw(callee, callee_named(base_root, callee.name), x, 0);
      x += width_of(callee);
    }
  }

  double height() const { return kHead + rows_ * kRow + kMargin; }
  const std::string& text() const { return text_; }

 private:
  double share_of(const StackNode& node) const { return static_cast<double>(node.samples) / samples_; }
  double width_of(const StackNode& node) const { return share_of(node) * (kWidth - 2 * kMargin); }

  void draw(const StackNode& node, const StackNode* base, double x, int row) {
    const double width = width_of(node);
    if (width < kNarrowest) return;
    const double y = kHead + (rows_ - 1 - row) * kRow;
    std::string title = fmt::format("{}: {:.2f} % ({} samples)", node.name, 100 * share_of(node), node.samples);
    std::string colour = colour_of(node.name);
    if (base_root_ != nullptr) {
      const double before = base == nullptr ? 0 : static_cast<double>(base->samples) /
                                                      static_cast<double>(std::max<int64_t>(1, base_root_->samples));
      colour = colour_of_shift(share_of(node) - before);
      title += fmt::format(", base {:.2f} %", 100 * before);
    }
    text_ += fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\" fill=\"{}\"/>", escaped(title), x,
        y, width, kRow - 1, colour);
    const auto room = static_cast<size_t>(std::max(0.0, (width - 6) / kCharacter));
    if (room >= 3) {
      const std::string shown = node.name.size() <= room ? node.name : node.name.substr(0, room - 2) + "..";
      text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.0f}\">{}</text>", x + 3, y + 12, escaped(shown));
    }
    text_ += "</g>\n";
    for (const StackNode& callee : node.callees) {
      draw(callee, callee_named(base, callee.name), x, row + 1);
      x += width_of(callee);
    }
  }

  const StackNode* base_root_;
  const double samples_;
  const int rows_;
  std::string text_;
};

}  // namespace

std::string flamegraph_svg(const std::string& title, const FoldedStacks& stacks, const FoldedStacks* base) {
  const StackNode root = tree_of(stacks);
  const StackNode base_root = base == nullptr ? StackNode{} : tree_of(*base);
  const Drawing drawing(root, base == nullptr ? nullptr : &base_root);
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
      "<text x=\"{3:.0f}\" y=\"42\" font-family=\"sans-serif\">{4} {5} samples.</text>\n{6}</svg>\n",
      kWidth, drawing.height(), escaped(title), kMargin, legend, root.samples, drawing.text());
}

}  // namespace copybench
