// The description of the API (OpenAPI 3.1), written by hand where it explains and taken from the tables where it lists:
// figures, names, presets, limits. Tests walk it against the routes and against real answers. Pure.
#pragma once

#include "core/base/json.h"

namespace copybench {

Json openapi_document();

}  // namespace copybench
