// What a zero-copy run really was: asking for it is not getting it, and on loopback and veth nobody gets it. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "core/model/figures.h"
#include "core/model/names.h"

namespace copybench {

// By its completions: "achieved" where none says that the kernel copied, "requested, copied by the kernel" where all
// do, "partly copied" between, "requested" while nothing is known. None for the other engines.
std::optional<std::string_view> zerocopy_label(EngineMode engine, const RunFigures& figures);

// All labels, for the API's description.
inline constexpr std::string_view kZerocopyLabels[] = {"requested", "requested, copied by the kernel", "partly copied",
                                                       "achieved"};

}  // namespace copybench
