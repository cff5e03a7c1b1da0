// Finds keys that a JSON text must not have. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// A key that occurs twice in one object: the parsed value has one of both members, and another parser may choose the other.
// None if there is no such key, or if the text is not valid JSON before it.
std::optional<std::string> duplicate_key(std::string_view text);

}  // namespace copybench
