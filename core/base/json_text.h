// Parses stored or received text as JSON. Checks its size and depth before parsing. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/json.h"

namespace copybench {

struct JsonLimits {
  static constexpr size_t kMaxDepth = 64;         // copying, comparing and writing a value recurse
  static constexpr size_t kMaxBytes = 64 << 20;   // of any text
};

// Both are upper bounds if the text is not valid JSON.
struct JsonSize {
  size_t depth = 0;   // of arrays and objects
  size_t values = 0;  // arrays, objects, members and elements: each is an allocation or a part of one
};
JsonSize json_size(std::string_view text);

// True if arrays and objects are nested deeper than kMaxDepth. May also be true for text that is not valid JSON.
bool nested_too_deep(std::string_view text);

// Returns none if the text is not valid JSON, is longer than `most_bytes`, or is nested too deeply.
std::optional<Json> parse_json(std::string_view text, size_t most_bytes = JsonLimits::kMaxBytes);

}  // namespace copybench
