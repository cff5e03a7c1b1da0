// The names of perf events: which may be requested, and which column a name fills.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/model/figures.h"

namespace copybench {

// The text of an error if the name cannot be an event, else none. Allowed are only letters, digits and _ . : - / = ,
// beginning with a letter, with commas only between slashes. So a name can never be an option of perf, a path or a second
// event. A term name= between the slashes is rejected, so that no event takes another's name.
std::optional<std::string> event_name_problem(std::string_view name);

// A figure that is an event's count.
struct CounterColumn {
  std::string_view column;
  std::optional<int64_t> RunFigures::*member;
  std::string_view event;  // perf's name
  std::string_view alias;  // perf's other name; empty: none

  bool counts(std::string_view name) const { return !name.empty() && (name == event || name == alias); }
};

std::span<const CounterColumn> counter_columns();

// The `code` of a stored reading whose value is withheld because perf counted over another interval than the window.
constexpr std::string_view kOtherInterval = "other_interval";

}  // namespace copybench
