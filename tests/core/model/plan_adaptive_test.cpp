#include "core/model/plan_adaptive.h"

#include <doctest/doctest.h>

#include "core/model/plan.h"

using namespace copybench;

namespace {

using enum EngineMode;

ExperimentRequest small_sweep_request() {
  ExperimentRequest request;
  request.engines = {{two_copy}};
  request.field_sizes = {{512}};
  request.threads = {{1}};
  return request;
}

ExperimentRequest small_search_request() {
  ExperimentRequest request;
  request.find = Find::crossover;
  request.of = {{one_copy, zero_copy}};
  request.field_size_range = FieldSizeRange{64, 1024};
  return request;
}

Plan plan_for(const ExperimentRequest& request) {
  const auto plan = make_plan(request, PlanContext{{0, 1}, 7});
  REQUIRE(plan);
  return *plan;
}

std::vector<std::string> refused_pointers(const ExperimentRequest& request) {
  const auto plan = make_plan(request, PlanContext{{0, 1}, 7});
  REQUIRE_FALSE(plan);
  std::vector<std::string> pointers;
  for (const FieldError& error : plan.error()) pointers.push_back(error.pointer);
  return pointers;
}

}  // namespace

TEST_CASE("repetitions until an interval have a minimum and a maximum") {
  ExperimentRequest request = small_sweep_request();
  request.until_ci = UntilCiRequest{2.0, std::nullopt, std::nullopt};
  const Plan plan = plan_for(request);
  CHECK(plan.spec.repetitions == 5);
  CHECK(plan.spec.until_ci == UntilCi{2.0, 30});
  CHECK(plan.runs.size() == 5);
  request.until_ci = UntilCiRequest{2.0, 40, std::nullopt};
  CHECK(plan_for(request).spec.until_ci == UntilCi{2.0, 40});
}

TEST_CASE("repetitions until an interval are validated member by member") {
  const auto refused = [](UntilCiRequest until) {
    ExperimentRequest request = small_sweep_request();
    request.until_ci = until;
    return refused_pointers(request);
  };
  CHECK(refused({std::nullopt, 0, 30}) == std::vector<std::string>{"/repetitions/until_ci_pct", "/repetitions/min"});
  CHECK(refused({0.0, 5, 101}) == std::vector<std::string>{"/repetitions/until_ci_pct", "/repetitions/max"});
  CHECK(refused({2.0, 9, 8}) == std::vector<std::string>{"/repetitions/max"});
  // Five runs cannot bound a median at 95 %.
  CHECK(refused({2.0, 2, 5}) == std::vector<std::string>{"/repetitions/max"});
}

TEST_CASE("the largest number of runs that repetitions can reach is limited") {
  ExperimentRequest request = small_sweep_request();
  request.field_sizes.emplace();
  for (int64_t size = 64; size < 64 + 101; ++size) request.field_sizes->push_back(size);
  request.until_ci = UntilCiRequest{2.0, 5, 100};
  CHECK(refused_pointers(request) == std::vector<std::string>{""});
}

TEST_CASE("a search is planned as its first pairs") {
  const Plan plan = plan_for(small_search_request());
  CHECK(plan.spec.name == "crossover");
  CHECK(plan.spec.crossover == CrossoverSearch{"throughput_gbps"});
  CHECK(plan.spec.field_sizes == std::vector<uint64_t>{64, 256, 1024});
  CHECK(plan.spec.threads == std::vector<uint32_t>{1});
  CHECK(plan.runs.size() == 3 * 5 * 2);
}

TEST_CASE("a search is validated as a search") {
  const auto refused = [](const auto& change) {
    ExperimentRequest request = small_search_request();
    change(request);
    return refused_pointers(request);
  };
  using Named = std::vector<std::string>;
  CHECK(refused([](auto& r) { r.of.reset(); }) == Named{"/of"});
  CHECK(refused([](auto& r) { r.of = {{one_copy, one_copy}}; }) == Named{"/of/1"});
  CHECK(refused([](auto& r) { r.of = {{one_copy, two_copy, zero_copy}}; }) == Named{"/of"});
  CHECK(refused([](auto& r) { r.metric = "bytes"; }) == Named{"/metric"});
  CHECK(refused([](auto& r) { r.threads = {{1, 2}}; }) == Named{"/threads"});
  CHECK(refused([](auto& r) { r.threads = {{0}}; }) == Named{"/threads/0"});
  CHECK(refused([](auto& r) { r.field_size_range.reset(); }) == Named{"/field_sizes"});
  CHECK(refused([](auto& r) { r.field_size_range->to = 64; }) == Named{"/field_sizes/to"});
  CHECK(refused([](auto& r) { r.field_size_range->from = 1; }) == Named{"/field_sizes/from"});
  CHECK(refused([](auto& r) { r.preset = "quick"; }) == Named{"/preset"});
  CHECK(refused([](auto& r) { r.engines = {{one_copy}}; }) == Named{"/engines"});
  CHECK(refused([](auto& r) { r.repetitions = 3; }) == Named{"/repetitions"});
  CHECK(refused([](auto& r) { r.profile = true; }) == Named{"/profile"});
}

TEST_CASE("a search's fields are rejected in a sweep") {
  ExperimentRequest request = small_sweep_request();
  request.of = {{one_copy, zero_copy}};
  request.metric = "throughput_gbps";
  CHECK(refused_pointers(request) == std::vector<std::string>{"/of", "/metric"});
  request = small_sweep_request();
  request.field_sizes.reset();
  request.field_size_range = FieldSizeRange{64, 1024};
  CHECK(refused_pointers(request) == std::vector<std::string>{"/field_sizes"});
}
