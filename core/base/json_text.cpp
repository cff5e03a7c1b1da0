#include "core/base/json_text.h"

#include <algorithm>

namespace copybench {

JsonSize json_size(std::string_view text) {
  JsonSize size;
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      size.depth = std::max(size.depth, ++depth);
      ++size.values;
    } else if (c == ',') {
      ++size.values;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return size;
}

bool nested_too_deep(std::string_view text) { return json_size(text).depth > JsonLimits::kMaxDepth; }

std::optional<Json> parse_json(std::string_view text, size_t most_bytes) {
  if (text.size() > most_bytes || nested_too_deep(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace copybench
