#include "core/analysis/copy_cost.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/analysis/profiled.h"

using namespace copybench;

namespace {

// "only_some_do one_copy send 0.246 zero_copy": the code, the engine, its copies with their shares, the engines without.
std::vector<std::string> listed(const CopyCost& cost) {
  std::vector<std::string> all;
  for (const CopyFinding& finding : cost.findings) {
    std::string text = fmt::format("{} {}", name_of(finding.code), name_of(finding.engine));
    for (const auto& part : finding.copies) text += fmt::format(" {} {:.3f}", name_of(part.kind), part.share);
    for (const EngineMode engine : finding.without) text += fmt::format(" {}", name_of(engine));
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace

TEST_CASE("each engine's cost, and the copies that only some engines make") {
  const auto costs = copy_costs({profiled(EngineMode::two_copy, 69, 241, 0, 182), profiled(EngineMode::one_copy, 2, 246, 0, 217),
                                 profiled(EngineMode::zero_copy, 0, 0, 173, 182)});
  REQUIRE(costs.size() == 1);
  CHECK(costs[0].field_bytes == 8192);
  CHECK(costs[0].threads == 2);
  const std::vector<std::string> expected{
      "spends two_copy gather 0.069 send 0.241 receive 0.182",
      "spends one_copy send 0.246 receive 0.217",
      "spends zero_copy deferred 0.173 receive 0.182",
      "only_some_do two_copy gather 0.069 one_copy zero_copy",
      "only_some_do two_copy send 0.241 zero_copy",
      "only_some_do one_copy send 0.246 zero_copy",
      "only_some_do zero_copy deferred 0.173 two_copy one_copy",
  };
  CHECK(listed(costs[0]) == expected);
  CHECK(costs[0].findings[0].share == doctest::Approx(0.492));
  CHECK(costs[0].findings[3].share == doctest::Approx(0.069));
  CHECK(costs[0].findings[0].busy_samples == 1000);
}

TEST_CASE("each message size is separate") {
  const auto costs = copy_costs({profiled(EngineMode::one_copy, 0, 300, 0, 200, 65536), profiled(EngineMode::one_copy, 0, 3, 0, 4)});
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].field_bytes == 8192);
  CHECK(listed(costs[0]) == std::vector<std::string>{"spends one_copy"});
}

TEST_CASE("a copy that an engine cannot make is others' work, and no engine is said to lack it there") {
  const auto costs = copy_costs({profiled(EngineMode::one_copy, 30, 200, 120, 200), profiled(EngineMode::zero_copy, 0, 0, 173, 200)});
  const std::vector<std::string> expected{
      "spends one_copy send 0.200 receive 0.200",
      "spends zero_copy deferred 0.173 receive 0.200",
      "not_its_own one_copy deferred 0.120",
      "only_some_do one_copy send 0.200 zero_copy",
  };
  CHECK(listed(costs.at(0)) == expected);
}

TEST_CASE("each engine's cost of a common copy is reported, and not compared") {
  const auto costs = copy_costs({profiled(EngineMode::two_copy, 100, 200, 0, 200), profiled(EngineMode::one_copy, 0, 200, 0, 3)});
  CHECK(costs.at(0).findings.size() == 3);
  CHECK(listed(costs.at(0)).back() == "only_some_do two_copy gather 0.100 one_copy");
}
