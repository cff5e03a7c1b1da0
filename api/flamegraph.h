// Folded stacks -> a flame graph as one SVG that stands by itself: no script, every frame's name and share in its title, so
// that a browser shows it under the pointer and a search of the text finds it. The page has the one to click through.
// Widths are shares of the samples; root at the bottom. The form is Brendan Gregg's, "The Flame Graph", CACM 59(6), 2016.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "core/model/stacks.h"

namespace copybench {

// With a base: widths are this profile's, colours say how each frame's share differs from the base's, red for more, blue
// for less, the deeper the further apart (differential flame graph).
std::string flamegraph_svg(const std::string& title, const FoldedStacks& stacks, const FoldedStacks* base = nullptr);

}  // namespace copybench
