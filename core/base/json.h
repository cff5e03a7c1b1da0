// JSON as core uses it: key order is kept, so that a line reads as it was written.
#pragma once

#include <nlohmann/json.hpp>

namespace copybench {

using Json = nlohmann::ordered_json;

}  // namespace copybench
