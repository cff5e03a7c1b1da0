#include "core/model/plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "core/analysis/comparison.h"
#include "core/stats/rank_tests.h"

using namespace copybench;

namespace {

using enum EngineMode;

const PlanContext kContext{{0, 1, 2, 3, 8}, 0xfedc'ba98'7654'3210};

ExperimentRequest quick() {
  ExperimentRequest request;
  request.preset = "quick";
  return request;
}

ExperimentRequest own_sweep() {
  ExperimentRequest request;
  request.engines = {{two_copy}};
  request.field_sizes = {{512}};
  request.threads = {{1}};
  return request;
}

Plan planned(const ExperimentRequest& request) {
  const auto plan = make_plan(request, kContext);
  if (!plan) {
    for (const FieldError& error : plan.error()) MESSAGE(error.pointer << ": " << error.detail);
  }
  REQUIRE(plan);
  return *plan;
}

std::vector<FieldError> errors_of(const ExperimentRequest& request) {
  const auto plan = make_plan(request, kContext);
  REQUIRE_FALSE(plan);
  return plan.error();
}

std::vector<std::string> error_pointers(const ExperimentRequest& request) {
  std::vector<std::string> pointers;
  for (const FieldError& error : errors_of(request)) pointers.push_back(error.pointer);
  return pointers;
}

// Returns the only error of the request.
FieldError error_of(const ExperimentRequest& request) {
  const auto errors = errors_of(request);
  REQUIRE(errors.size() == 1);
  return errors[0];
}

template <typename Field, typename Value>
ExperimentRequest quick_with(Field ExperimentRequest::*field, Value value) {
  ExperimentRequest request = quick();
  request.*field = std::move(value);
  return request;
}

using Pointers = std::vector<std::string>;

}  // namespace

TEST_CASE("quick is 12 runs of 3 s") {
  const Plan plan = planned(quick());
  CHECK(plan.runs.size() == 12);
  CHECK(plan.spec.name == "quick");
  CHECK(plan.spec.preset == "quick");
  CHECK(plan.spec.engines == std::vector{two_copy, one_copy, zero_copy});
  CHECK(plan.spec.field_sizes == std::vector<uint64_t>{512, 4096});
  CHECK(plan.spec.threads == std::vector<uint32_t>{1, 2});
  CHECK(plan.spec.duration == std::chrono::seconds(3));
  CHECK(plan.spec.warmup == std::chrono::milliseconds(500));
  CHECK(plan.spec.repetitions == 1);
}

TEST_CASE("full is 48 configurations of 5 repetitions of 6 s") {
  ExperimentRequest request;
  request.preset = "full";
  const Plan plan = planned(request);
  CHECK(plan.runs.size() == 240);
  CHECK(plan.spec.name == "full");
  CHECK(plan.spec.duration == std::chrono::seconds(6));
  CHECK(plan.spec.warmup == std::chrono::seconds(1));
  CHECK(plan.spec.repetitions == 5);
}

TEST_CASE("thorough is full with as many repetitions as a winner needs, within the same time") {
  ExperimentRequest request;
  request.preset = "full";
  const Plan full = planned(request);
  request.preset = "thorough";
  const Plan plan = planned(request);
  CHECK(plan.runs.size() == 480);
  CHECK(plan.spec.repetitions == 10);
  CHECK(signed_rank_least_p(plan.spec.repetitions) * 48 / 2 < kSignificance);
  CHECK(signed_rank_least_p(full.spec.repetitions) > kSignificance);
  const auto takes = [](const Plan& one) { return estimated_run_duration(one.spec) * static_cast<int64_t>(one.runs.size()); };
  CHECK(takes(plan) <= takes(full) * 1.05);
}

TEST_CASE("without a preset the defaults fill in") {
  const ExperimentSpec spec = planned(own_sweep()).spec;
  CHECK(spec.name == "sweep");
  CHECK_FALSE(spec.preset);
  CHECK(spec.duration == std::chrono::seconds(3));
  CHECK(spec.warmup == std::chrono::milliseconds(500));
  CHECK(spec.repetitions == 1);
  CHECK(spec.order == Order::shuffled);
  CHECK(spec.pattern == Pattern::stream);
  CHECK(spec.receive == Receive::recv);
  CHECK_FALSE(spec.tcp_nodelay);
  CHECK_FALSE(spec.socket_buffer_bytes);
  CHECK(spec.server_cpus.kind == CpuChoice::Kind::automatic);
  CHECK(spec.client_cpus.kind == CpuChoice::Kind::automatic);
  CHECK(spec.events == default_events());
  CHECK(spec.seed == (kContext.fresh_seed & ((uint64_t{1} << 53) - 1)));
}

TEST_CASE("given fields override the preset's") {
  ExperimentRequest request = quick();
  request.name = "mine";
  request.engines = {{zero_copy}};
  request.threads = {{4}};
  request.duration_s = 0.1;
  request.warmup_s = 0;
  request.repetitions = 2;
  request.order = Order::sequential;
  request.seed = 5;
  request.receive = Receive::recvmsg;
  request.socket_buffer_bytes = 4096;
  request.events = {{"cycles"}};
  const Plan plan = planned(request);
  CHECK(plan.runs.size() == 4);
  CHECK(plan.runs[0] == PlannedRun{{zero_copy, 512, 4}, 1});
  CHECK(plan.runs[1] == PlannedRun{{zero_copy, 512, 4}, 2});
  CHECK(plan.spec.name == "mine");
  CHECK(plan.spec.duration == std::chrono::milliseconds(100));
  CHECK(plan.spec.warmup == Nanoseconds(0));
  CHECK(plan.spec.seed == 5);
  CHECK(plan.spec.receive == Receive::recvmsg);
  CHECK(plan.spec.socket_buffer_bytes == 4096);
  CHECK(plan.spec.events == std::vector<std::string>{"cycles"});
}

TEST_CASE("request_response turns Nagle off by default") {
  ExperimentRequest request = quick_with(&ExperimentRequest::pattern, Pattern::request_response);
  CHECK(planned(request).spec.tcp_nodelay);
  request.tcp_nodelay = false;
  CHECK_FALSE(planned(request).spec.tcp_nodelay);
}

TEST_CASE("a rate is accepted with request_response alone, within its limits") {
  auto request = quick_with(&ExperimentRequest::messages_per_s, 1000.0);
  CHECK(error_of(request).pointer == "/messages_per_s");
  request.pattern = Pattern::request_response;
  CHECK(planned(request).spec.messages_per_s == 1000.0);
  for (const double rate : {0.0, -1.0, 1e7, std::numeric_limits<double>::quiet_NaN()}) {
    request.messages_per_s = rate;
    CHECK(error_of(request).pointer == "/messages_per_s");
  }
  CHECK_FALSE(planned(quick()).spec.messages_per_s);
}

TEST_CASE("the same request and seed give the same plan") { CHECK(planned(quick()).runs == planned(quick()).runs); }

TEST_CASE("an empty request names each required field") {
  CHECK(error_pointers({}) == Pointers{"/engines", "/field_sizes", "/threads"});
  CHECK(errors_of({})[0].detail == "missing; required where no preset is named (presets: quick, full, thorough)");
}

TEST_CASE("an unknown preset is one error that lists the presets") {
  ExperimentRequest request;
  request.preset = "slow";
  CHECK(error_of(request) == FieldError{"/preset", "\"slow\" is no preset; allowed: quick, full, thorough"});
}

TEST_CASE("limits are accepted, values outside are not") {
  using R = ExperimentRequest;
  const auto sizes = [](std::vector<int64_t> values) { return quick_with(&R::field_sizes, std::move(values)); };
  CHECK(make_plan(sizes({64, 4 << 20}), kContext));
  CHECK(error_of(sizes({512, 63})) == FieldError{"/field_sizes/1", "63 is out of range; allowed: 64 to 4194304 bytes"});
  CHECK(error_pointers(sizes({(4 << 20) + 1, -1, INT64_MIN})) ==
        Pointers{"/field_sizes/0", "/field_sizes/1", "/field_sizes/2"});
  const auto threads = [](std::vector<int64_t> values) { return quick_with(&R::threads, std::move(values)); };
  CHECK(make_plan(threads({1, 256}), kContext));
  CHECK(error_pointers(threads({0, 257})) == Pointers{"/threads/0", "/threads/1"});

  for (const double good : {0.1, 3600.0}) CHECK(make_plan(quick_with(&R::duration_s, good), kContext));
  for (const double bad : {0.0, 0.0999, 3600.1, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(), 1e300}) {
    CHECK(error_of(quick_with(&R::duration_s, bad)).pointer == "/duration_s");
  }
  CHECK(error_of(quick_with(&R::duration_s, 0.0)).detail == "0 is out of range; allowed: 0.1 to 3600 seconds");
  for (const double good : {0.0, 60.0}) CHECK(make_plan(quick_with(&R::warmup_s, good), kContext));
  for (const double bad : {-0.1, 60.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(error_of(quick_with(&R::warmup_s, bad)).pointer == "/warmup_s");
  }
  for (const int64_t good : {1, 100}) CHECK(make_plan(quick_with(&R::repetitions, good), kContext));
  for (const int64_t bad : {0, 101, -1}) CHECK(error_of(quick_with(&R::repetitions, bad)).pointer == "/repetitions");
  for (const int64_t good : {int64_t{0}, Limits::kMaxSeed}) CHECK(make_plan(quick_with(&R::seed, good), kContext));
  for (const int64_t bad : {int64_t{-1}, Limits::kMaxSeed + 1}) {
    CHECK(error_of(quick_with(&R::seed, bad)).pointer == "/seed");
  }
  for (const int64_t good : {4096, 1 << 30}) CHECK(make_plan(quick_with(&R::socket_buffer_bytes, good), kContext));
  for (const int64_t bad : {4095, (1 << 30) + 1}) {
    CHECK(error_of(quick_with(&R::socket_buffer_bytes, bad)).pointer == "/socket_buffer_bytes");
  }
}

TEST_CASE("empty lists and duplicates are rejected") {
  ExperimentRequest request = quick();
  request.engines = std::vector<EngineMode>{};
  request.field_sizes = std::vector<int64_t>{};
  request.threads = std::vector<int64_t>{1, 2, 1};
  request.events = std::vector<std::string>{};
  request.server_cpus = CpuChoice{CpuChoice::Kind::listed, {}};
  CHECK(error_pointers(request) == Pointers{"/engines", "/field_sizes", "/threads/2", "/server_cpus", "/events"});
  CHECK(errors_of(request)[0].detail == "the list is empty; give at least one value");
  CHECK(errors_of(request)[2].detail == "occurs twice in the list; give each value once");
}

TEST_CASE("a list longer than any sweep is one error") {
  const auto request = quick_with(&ExperimentRequest::field_sizes, std::vector<int64_t>(100'000, 0));
  CHECK(error_of(request) == FieldError{"/field_sizes", "100000 values; allowed: 1 to 10000"});
}

TEST_CASE("a sweep has at most 10,000 runs") {
  ExperimentRequest request = own_sweep();
  request.field_sizes = std::vector<int64_t>{};
  for (int64_t size = 64; size < 164; ++size) request.field_sizes->push_back(size);
  request.repetitions = 100;
  CHECK(planned(request).runs.size() == 10'000);
  request.engines->push_back(one_copy);
  const FieldError error = error_of(request);
  CHECK(error.pointer == "");
  CHECK(error.detail ==
        "the sweep has 20000 runs (2 engines x 100 field sizes x 1 threads x 100 repetitions); allowed: at most 10000");
}

TEST_CASE("CPUs must be available to this process") {
  using R = ExperimentRequest;
  const auto listed = [](std::vector<int> cpus) { return CpuChoice{CpuChoice::Kind::listed, std::move(cpus)}; };
  CHECK(error_of(quick_with(&R::server_cpus, listed({0, 4}))) ==
        FieldError{"/server_cpus/1",
                   "CPU 4 is not there for this process; allowed: 0-3,8, or \"auto\" or \"none\" for the whole field"});
  CHECK(error_pointers(quick_with(&R::client_cpus, listed({-1, 1 << 30, 2, 2}))) ==
        Pointers{"/client_cpus/0", "/client_cpus/1", "/client_cpus/3"});

  ExperimentRequest overlapping = quick();
  overlapping.server_cpus = listed({0, 8});
  overlapping.client_cpus = listed({8});
  CHECK(planned(overlapping).spec.server_cpus == listed({0, 8}));
  CHECK(planned(quick_with(&R::client_cpus, CpuChoice{CpuChoice::Kind::unpinned, {}})).spec.client_cpus.kind ==
        CpuChoice::Kind::unpinned);
}

TEST_CASE("names are readable text") {
  const auto named = [](std::string name) { return quick_with(&ExperimentRequest::name, std::move(name)); };
  CHECK(planned(named("größer 😀")).spec.name == "größer 😀");
  CHECK(planned(named(std::string(200, 'a'))).spec.name.size() == 200);
  for (const std::string& bad : {std::string(), std::string(201, 'a'), std::string("a\nb"), std::string("a\0b", 3),
                                 std::string("\xc2\x85"), std::string("\xff")}) {
    CHECK(error_of(named(bad)).pointer == "/name");
  }
}

TEST_CASE("bad event names are pointed at") {
  std::vector<std::string> events{"cycles", "-a", "cycles", ""};
  CHECK(error_pointers(quick_with(&ExperimentRequest::events, events)) == Pointers{"/events/1", "/events/2", "/events/3"});
  events.clear();
  for (int i = 0; i < 33; ++i) events.push_back("r" + std::to_string(i));
  CHECK(error_of(quick_with(&ExperimentRequest::events, events)).pointer == "/events");
}

TEST_CASE("every error is reported, not just the first") {
  ExperimentRequest request = own_sweep();
  request.name = "";
  request.field_sizes = std::vector<int64_t>{1};
  request.duration_s = -1;
  request.warmup_s = -1;
  request.repetitions = 0;
  request.seed = -1;
  CHECK(error_pointers(request) ==
        Pointers{"/name", "/field_sizes/0", "/repetitions", "/duration_s", "/warmup_s", "/seed"});
}

TEST_CASE("a run's estimate is warm-up, window and the stages around them") {
  CHECK(estimated_run_duration(planned(quick()).spec) ==
        std::chrono::seconds(3) + std::chrono::milliseconds(500) + kRunOverhead);
}
