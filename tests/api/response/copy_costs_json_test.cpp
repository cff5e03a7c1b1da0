#include "api/response/copy_costs_json.h"

#include <doctest/doctest.h>

#include "core/analysis/profiled.h"

using namespace copybench;

namespace {

std::vector<std::string> sentences_of(const CopyCost& cost) {
  std::vector<std::string> all;
  for (const CopyFinding& finding : cost.findings) all.push_back(sentence_of(finding));
  return all;
}

}  // namespace

TEST_CASE("every finding has its sentence") {
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
  CHECK(sentences_of(costs[0]) == expected);
}

TEST_CASE("an engine without a measurable share says so") {
  const auto costs =
      copy_costs({profiled(EngineMode::one_copy, 0, 300, 0, 200, 65536), profiled(EngineMode::one_copy, 0, 3, 0, 4)});
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].field_bytes == 8192);
  CHECK(sentences_of(costs[0]).at(0) ==
        "one_copy spends no measurable share of the busy CPU time (1000 samples) in copying the payload.");
}

TEST_CASE("a copy of other programs is told as such") {
  const auto costs = copy_costs(
      {profiled(EngineMode::one_copy, 30, 200, 120, 200), profiled(EngineMode::zero_copy, 0, 0, 173, 200)});
  const std::vector<std::string> expected{
      "one_copy spends 40.0 % of the busy CPU time in copying the payload: 20.0 % in the send copy and 20.0 % in the receive "
      "copy (1000 samples).",
      "zero_copy spends 37.3 % of the busy CPU time in copying the payload: 17.3 % in the deferred copy and 20.0 % in the "
      "receive copy (1000 samples).",
      "one_copy has 12.0 % of its samples in a deferred copy, which it cannot have: of other programs' packets that were "
      "handled on its threads.",
      "one_copy spends 20.0 % in the send copy that zero_copy does not have.",
  };
  CHECK(sentences_of(costs.at(0)) == expected);
}

TEST_CASE("each sentence has its finding beside it, as codes and numbers") {
  const Json json = copy_costs_json(
      copy_costs({profiled(EngineMode::one_copy, 0, 200, 0, 200), profiled(EngineMode::zero_copy, 0, 0, 173, 200)}));
  REQUIRE(json.size() == 1);
  CHECK(json[0]["message_bytes"] == 65536);
  REQUIRE(json[0]["findings"].size() == json[0]["sentences"].size());
  const Json& last = json[0]["findings"].back();
  CHECK(last["code"] == "only_some_do");
  CHECK(last["engine"] == "zero_copy");
  CHECK(last["copies"] == Json::array({{{"copy", "deferred"}, {"share", 0.173}}}));
  CHECK(last["without"] == Json::array({"one_copy"}));
  CHECK(json[0]["sentences"].back() == "zero_copy spends 17.3 % in the deferred copy that one_copy does not have.");
}
