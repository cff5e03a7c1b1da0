// Text that was stored or handed in, as JSON: bounded before it is parsed. Pure; any thread.
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

// Both are upper bounds where the text is no JSON.
struct JsonSize {
  size_t depth = 0;   // of arrays and objects
  size_t values = 0;  // an array or object, a member's or an element's value: each is an allocation or a part of one
};
JsonSize json_size(std::string_view text);

// Whether arrays and objects are nested deeper than kMaxDepth. Of text that is no JSON, an upper bound.
bool nested_too_deep(std::string_view text);

// None where the text is no JSON, longer than `most_bytes`, or nested too deep.
std::optional<Json> parse_json(std::string_view text, size_t most_bytes = JsonLimits::kMaxBytes);

}  // namespace copybench
