// Whether a zero-copy run was really zero-copy: the kernel may copy all the same, and always does on loopback and veth. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "core/model/figures.h"
#include "core/model/names.h"

namespace copybench {

// By the completions: "achieved" if none reports a copy by the kernel, "requested, copied by the kernel" if all do, "partly
// copied" in between, "requested" if nothing is known. None for the other engines.
std::optional<std::string_view> zerocopy_label(EngineMode engine, const RunFigures& figures);

// All labels, for the API's description.
inline constexpr std::string_view kZerocopyLabels[] = {"requested", "requested, copied by the kernel", "partly copied",
                                                       "achieved"};

}  // namespace copybench
