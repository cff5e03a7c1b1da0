#include "core/analysis/copy_cost.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

ProfiledShare profiled(EngineMode engine, int64_t gather, int64_t send, int64_t deferred, int64_t receive,
                       uint64_t field_bytes = 8192) {
  CopyShare share{1000, {}};
  for (const auto& [kind, samples] : {std::pair{CopyKind::gather, gather}, {CopyKind::send, send},
                                      {CopyKind::deferred, deferred}, {CopyKind::receive, receive}}) {
    share.parts.push_back({kind, samples, {}});
  }
  return {{engine, field_bytes, 2}, share};
}

}  // namespace

TEST_CASE("each engine's cost, and the copies that only some engines make") {
  const auto costs = copy_costs({profiled(EngineMode::two_copy, 69, 241, 0, 182), profiled(EngineMode::one_copy, 2, 246, 0, 217),
                                 profiled(EngineMode::zero_copy, 0, 0, 173, 182)});
  REQUIRE(costs.size() == 1);
  CHECK(costs[0].field_bytes == 8192);
  CHECK(costs[0].threads == 2);
  const std::vector<std::string> expected{
      "two_copy spends 49.2 % of the busy CPU time in copying the payload: 6.9 % in the gather, 24.1 % in the send copy and "
      "18.2 % in the receive copy (1000 samples).",
      "one_copy spends 46.3 % of the busy CPU time in copying the payload: 24.6 % in the send copy and 21.7 % in the receive "
      "copy (1000 samples).",
      "zero_copy spends 35.5 % of the busy CPU time in copying the payload: 17.3 % in the deferred copy and 18.2 % in the "
      "receive copy (1000 samples).",
      "two_copy spends 6.9 % in the gather that one_copy and zero_copy do not have.",
      "two_copy spends 24.1 % in the send copy that zero_copy does not have.",
      "one_copy spends 24.6 % in the send copy that zero_copy does not have.",
      "zero_copy spends 17.3 % in the deferred copy that two_copy and one_copy do not have.",
  };
  CHECK(costs[0].sentences == expected);
}

TEST_CASE("each message size is separate") {
  const auto costs = copy_costs({profiled(EngineMode::one_copy, 0, 300, 0, 200, 65536), profiled(EngineMode::one_copy, 0, 3, 0, 4)});
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].field_bytes == 8192);
  CHECK(costs[0].sentences[0] == "one_copy spends no measurable share of the busy CPU time (1000 samples) in copying the payload.");
}

TEST_CASE("a copy that an engine cannot make is others' work, and no engine is said to lack it there") {
  const auto costs = copy_costs({profiled(EngineMode::one_copy, 30, 200, 120, 200), profiled(EngineMode::zero_copy, 0, 0, 173, 200)});
  const std::vector<std::string> expected{
      "one_copy spends 40.0 % of the busy CPU time in copying the payload: 20.0 % in the send copy and 20.0 % in the receive "
      "copy (1000 samples).",
      "zero_copy spends 37.3 % of the busy CPU time in copying the payload: 17.3 % in the deferred copy and 20.0 % in the "
      "receive copy (1000 samples).",
      "one_copy has 12.0 % of its samples in a deferred copy, which it cannot have: of other programs' packets that were "
      "handled on its threads.",
      "one_copy spends 20.0 % in the send copy that zero_copy does not have.",
  };
  CHECK(costs.at(0).sentences == expected);
}

TEST_CASE("each engine's cost of a common copy is reported, and not compared") {
  const auto costs = copy_costs({profiled(EngineMode::two_copy, 100, 200, 0, 200), profiled(EngineMode::one_copy, 0, 200, 0, 3)});
  CHECK(costs.at(0).sentences.size() == 3);
  CHECK(costs.at(0).sentences.back() == "two_copy spends 10.0 % in the gather that one_copy does not have.");
}
