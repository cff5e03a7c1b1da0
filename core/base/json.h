// The JSON type of core. It keeps the order of keys, so that a parsed line prints as it was written.
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

// null if the text is empty
inline Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace copybench
