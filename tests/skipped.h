// For a test case that cannot be run on this machine: says so and why, and returns. tests/run repeats it in its last lines.
#pragma once

#include <doctest/doctest.h>

#include <iostream>
#include <string_view>

namespace copybench {

inline void skipped(std::string_view why) {
  std::cout << "skipped: " << doctest::getContextOptions()->currentTest->m_name << ": " << why << std::endl;
}

}  // namespace copybench
