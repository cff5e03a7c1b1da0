// Versions of copybench, its compiler and its libraries.
#pragma once

#include <string_view>

#include "core/base/json.h"

namespace copybench {

std::string_view copybench_version();  // "0.1.0"
Json versions();                       // {copybench, compiler, sqlite, httplib}

}  // namespace copybench
