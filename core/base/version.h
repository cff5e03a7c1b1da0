// The version of this program: the project's version, plus the commit if it was built from a git checkout.
// core/base/version.cmake generates it at each build. Any thread.
#pragma once

#include <string_view>

namespace copybench {

std::string_view program_version();

}  // namespace copybench
