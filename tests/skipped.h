// For a test case that cannot run on this machine: prints the reason and returns. tests/run repeats it in its last lines.
#pragma once

#include <doctest/doctest.h>

#include <iostream>
#include <string_view>

namespace copybench {

inline void skipped(std::string_view why) {
  std::cout << "skipped: " << doctest::getContextOptions()->currentTest->m_name << ": " << why << std::endl;
}

}  // namespace copybench
