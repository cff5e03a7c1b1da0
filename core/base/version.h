// The version of this program: the project's, and where it was built from a git checkout the commit as well. Made by
// core/base/version.cmake at each build. Any thread.
#pragma once

#include <string_view>

namespace copybench {

std::string_view program_version();

}  // namespace copybench
