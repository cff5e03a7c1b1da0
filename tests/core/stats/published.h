// Values of SciPy and R, and published data: tests/data/statistics.json, which make_fixture.py makes.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace copybench {

// The cases of one name. There is at least one, so that no test passes for want of them.
inline std::vector<Json> published(const std::string& name) {
  std::ifstream file(COPYBENCH_TEST_DATA "/statistics.json");
  REQUIRE(file.good());
  std::vector<Json> cases = Json::parse(file).at(name).get<std::vector<Json>>();
  REQUIRE_FALSE(cases.empty());
  return cases;
}

inline std::vector<double> values_of(const Json& one, const char* key) { return one.at(key).get<std::vector<double>>(); }

// tolerance: relative, or absolute below 1.
inline void check_near(double found, const Json& expected, double tolerance) {
  const auto value = expected.get<double>();
  CAPTURE(found);
  CAPTURE(value);
  CHECK(std::abs(found - value) <= tolerance * std::max(1.0, std::abs(value)));
}

// For p: relative at any size, so that a small p does not pass by being small.
inline void check_same_p(double found, const Json& expected, double tolerance) {
  const auto value = expected.get<double>();
  CAPTURE(found);
  CAPTURE(value);
  CHECK(std::abs(found - value) <= tolerance * value);
}

}  // namespace copybench
