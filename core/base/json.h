// JSON as core uses it: key order is kept, so that a line reads as it was written.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace copybench {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

// null where it is empty
inline Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace copybench
