// The description of the API (OpenAPI 3.1). openapi.yaml has it as data; the build embeds it. Tests hold it against the routes, the
// tables (names, figures, limits) and real answers. Pure.
#pragma once

#include "core/base/json.h"

namespace copybench {

// With this program's version.
Json openapi_document();

}  // namespace copybench
