// The names of perf events: what may be asked for, and how a name becomes a column.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// An error's text if the name cannot be an event, none if it can. Letters, digits and _ . : - / = , only, beginning with
// a letter, with commas only between slashes: so a name can never be an option of perf, a path or a second event.
std::optional<std::string> event_name_problem(std::string_view name);

}  // namespace copybench
