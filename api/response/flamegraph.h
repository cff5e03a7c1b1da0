// Folded stacks -> a flame graph as one self-contained SVG without a script. Each frame's name and share are in its title, so a
// browser shows them under the pointer and a text search finds them. The web page has the interactive graph.
// Widths are shares of the samples; root at the bottom. After Brendan Gregg, "The Flame Graph", CACM 59(6), 2016.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "core/analysis/stacks.h"

namespace copybench {

// With a base (differential flame graph): widths are this profile's; colours show how each frame's share differs from the
// base's: red for more, blue for less, deeper for a larger difference.
std::string flamegraph_svg(const std::string& title, const FoldedStacks& stacks, const FoldedStacks* base = nullptr);

}  // namespace copybench
