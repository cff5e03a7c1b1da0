#include "api/request/decode.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "api/request/canonical_text.h"
#include "api/request/validate_decoded.h"

using namespace copybench;

namespace {

const PlanContext kMachine{{0, 1, 2, 3}, 7};

DecodedRequest decode(std::string_view body) {
  auto decoded = decode_experiment_request(body);
  REQUIRE(decoded);
  return *decoded;
}

ExperimentRequest good(std::string_view body) {
  const auto decoded = decode(body);
  for (const auto& error : decoded.errors) FAIL_CHECK((error.pointer + ": " + error.detail));
  return decoded.request;
}

std::vector<std::string> pointers(const std::vector<FieldError>& errors) {
  std::vector<std::string> all;
  for (const auto& error : errors) all.push_back(error.pointer);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> bad(std::string_view body) { return pointers(decode(body).errors); }
std::vector<std::string> refused(std::string_view body) {
  const auto plan = plan_decoded(decode(body), kMachine);
  REQUIRE_FALSE(plan);
  return pointers(plan.error());
}

using Pointers = std::vector<std::string>;

}  // namespace

TEST_CASE("a search is decoded") {
  const auto request = good(R"({"find": "crossover", "of": ["one_copy", "zero_copy"], "metric": "cpu_ns_per_byte",
      "field_sizes": {"from": 64, "to": 1048576}})");
  CHECK(request.find == Find::crossover);
  CHECK(request.of == std::vector{EngineMode::one_copy, EngineMode::zero_copy});
  CHECK(request.metric == "cpu_ns_per_byte");
  CHECK_FALSE(request.field_sizes);
  REQUIRE(request.field_size_range);
  CHECK(request.field_size_range->from == 64);
  CHECK(request.field_size_range->to == 1048576);
  CHECK(bad(R"({"find": "peak"})") == Pointers{"/find"});
  CHECK(bad(R"({"field_sizes": {"from": "64", "upto": 1}})") == Pointers{"/field_sizes/from", "/field_sizes/upto"});
  // A misspelt search is not validated as a sweep.
  CHECK(refused(R"({"find": "crosover", "of": ["one_copy", "zero_copy"], "field_sizes": {"from": 64, "to": 128}})") ==
        Pointers{"/find"});
}

TEST_CASE("repetitions may be an object") {
  const auto request = good(R"({"repetitions": {"until_ci_pct": 2, "min": 5, "max": 3e1}})");
  CHECK_FALSE(request.repetitions);
  REQUIRE(request.until_ci);
  CHECK(request.until_ci->until_ci_pct == 2.0);
  CHECK(request.until_ci->min == 5);
  CHECK(request.until_ci->max == 30);
  CHECK(bad(R"({"repetitions": {"until_ci_pct": "2", "most": 3}})") ==
        Pointers{"/repetitions/most", "/repetitions/until_ci_pct"});
  CHECK(bad(R"({"repetitions": [3]})") == Pointers{"/repetitions"});
  CHECK(bad(R"({"repetitions": {"min": {"a": 1}}})") == Pointers{"/repetitions/min"});
  CHECK(canonical_text(request) ==
        canonical_text(good(R"({"repetitions": {"max": 30, "until_ci_pct": 2.0, "min": 5}})")));
  CHECK(canonical_text(request) != canonical_text(good(R"({"repetitions": {"until_ci_pct": 2, "min": 5}})")));
}

TEST_CASE("every field is decoded") {
  const auto request =
      good(R"({"name": "n", "preset": "quick", "engines": ["one_copy", "two_copy"], "field_sizes": [64, 128],
      "threads": [1], "duration_s": 0.5, "warmup_s": 1, "repetitions": 2, "order": "sequential", "seed": 9007199254740991,
      "pattern": "request_response", "receive": "recvmsg", "tcp_nodelay": false, "socket_buffer_bytes": 65536,
      "server_cpus": [0, 2], "client_cpus": "none", "events": ["cycles"]})");
  CHECK(request.name == "n");
  CHECK(request.preset == "quick");
  CHECK(request.engines == std::vector{EngineMode::one_copy, EngineMode::two_copy});
  CHECK(request.field_sizes == std::vector<int64_t>{64, 128});
  CHECK(request.threads == std::vector<int64_t>{1});
  CHECK(request.duration_s == 0.5);
  CHECK(request.warmup_s == 1.0);
  CHECK(request.repetitions == 2);
  CHECK(request.order == Order::sequential);
  CHECK(request.seed == Limits::kMaxSeed);
  CHECK(request.pattern == Pattern::request_response);
  CHECK(request.receive == Receive::recvmsg);
  CHECK(request.tcp_nodelay == false);
  CHECK(request.socket_buffer_bytes == 65536);
  CHECK(request.server_cpus == CpuChoice{CpuChoice::Kind::listed, {0, 2}});
  CHECK(request.client_cpus == CpuChoice{CpuChoice::Kind::unpinned, {}});
  CHECK(request.events == std::vector<std::string>{"cycles"});
}

TEST_CASE("missing fields stay empty") {
  const auto request = good("{}");
  CHECK_FALSE(request.name);
  CHECK_FALSE(request.engines);
  CHECK_FALSE(request.tcp_nodelay);
}

TEST_CASE("whole numbers may be written as reals, if they are whole") {
  CHECK(good(R"({"field_sizes": [1e3, 64.0]})").field_sizes == std::vector<int64_t>{1000, 64});
  CHECK(bad(R"({"field_sizes": [512.5]})") == Pointers{"/field_sizes/0"});
  CHECK(bad(R"({"seed": 1e300})") == Pointers{"/seed"});
  CHECK(bad(R"({"seed": 18446744073709551615})") == Pointers{"/seed"});
  CHECK(bad(R"({"repetitions": 18446744073709551616})") == Pointers{"/repetitions"});
}

TEST_CASE("CPUs may be given as the kernel writes them") {
  CHECK(good(R"({"server_cpus": "0-2,5"})").server_cpus == CpuChoice{CpuChoice::Kind::listed, {0, 1, 2, 5}});
  CHECK(good(R"({"server_cpus": "auto"})").server_cpus == CpuChoice{});
  CHECK(bad(R"({"server_cpus": "all"})") == Pointers{"/server_cpus"});
  CHECK(bad(R"({"server_cpus": 3})") == Pointers{"/server_cpus"});
  CHECK(bad(R"({"server_cpus": [1, "2"]})") == Pointers{"/server_cpus/1"});
  CHECK(bad(R"({"server_cpus": [4294967296]})") == Pointers{"/server_cpus/0"});
}

TEST_CASE("wrong types are named with the allowed ones") {
  const auto decoded =
      decode(R"({"name": 5, "engines": "two_copy", "threads": [true, null, "1", [1], {}], "tcp_nodelay": 1,
                                  "duration_s": "3", "order": "random", "events": [7]})");
  CHECK(pointers(decoded.errors) == Pointers{"/duration_s", "/engines", "/events/0", "/name", "/order", "/tcp_nodelay",
                                             "/threads/0", "/threads/1", "/threads/2", "/threads/3", "/threads/4"});
  for (const auto& error : decoded.errors) {
    CAPTURE(error.pointer);
    CHECK(error.detail.find("allowed: ") != std::string::npos);
  }
  const auto detail = [&](std::string_view pointer) {
    return std::find_if(decoded.errors.begin(), decoded.errors.end(), [&](const FieldError& error) {
             return error.pointer == pointer;
           })->detail;
  };
  CHECK(detail("/order") == "\"random\" is given; allowed: shuffled, sequential");
  CHECK(detail("/name") == "5 is given; allowed: a string");
  CHECK(detail("/threads/0") == "true is given; allowed: a whole number");
  CHECK(detail("/threads/1") == "null is given; allowed: a whole number");
}

TEST_CASE("a number of a wrong type is shown as given") {
  const auto detail = [](std::string_view body) { return decode(body).errors.at(0).detail; };
  CHECK(detail(R"({"name": -5})") == "-5 is given; allowed: a string");
  CHECK(detail(R"({"name": 18446744073709551615})") == "18446744073709551615 is given; allowed: a string");
  CHECK(detail(R"({"name": 5.5})") == "5.5 is given; allowed: a string");
}

TEST_CASE("null counts as missing only where a spec has it") {
  CHECK_FALSE(good(R"({"preset": null, "socket_buffer_bytes": null})").preset);
  CHECK(bad(R"({"engines": null})") == Pointers{"/engines"});
}

TEST_CASE("unknown keys are named, with their pointer escaped and the known ones listed") {
  const auto decoded = decode(R"({"a/b~c": 1, "": 2, "Name": "x"})");
  CHECK(pointers(decoded.errors) == Pointers{"/", "/Name", "/a~1b~0c"});
  CHECK(decoded.errors[0].detail.find("field_sizes") != std::string::npos);
}

TEST_CASE("a NUL character in text is rejected") {
  CHECK(bad("{\"name\": \"a\\u0000b\"}") == Pointers{"/name"});
  CHECK(bad("{\"events\": [\"cycles\\u0000\"]}") == Pointers{"/events/0"});
}

TEST_CASE("broken JSON and other values than objects are rejected as a whole") {
  for (const char* body : {"", "{", "[]", "null", "7", "\"quick\"", "{\"preset\":\"quick\",\"preset\":\"full\"}"}) {
    CAPTURE(body);
    const auto decoded = decode_experiment_request(body);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().status == 400);
    REQUIRE(decoded.error().errors.size() == 1);
    CHECK(decoded.error().errors[0].pointer.empty());
  }
}

TEST_CASE("all errors are reported at once, each field once") {
  CHECK(
      refused(
          R"({"engines": [], "field_sizes": [512], "threads": [0], "duration_s": -1, "colour": "red", "order": "x"})") ==
      Pointers{"/colour", "/duration_s", "/engines", "/order", "/threads/0"});
  CHECK(refused(R"({"engines": "two_copy", "field_sizes": [512], "threads": [1]})") == Pointers{"/engines"});
  CHECK(refused(R"({"engines": ["two_copy", "three_copy"], "field_sizes": [512], "threads": [1]})") ==
        Pointers{"/engines/1"});
  CHECK(refused(R"({"preset": 1})") == Pointers{"/preset"});
  CHECK(refused("{}") == Pointers{"/engines", "/field_sizes", "/threads"});
}

TEST_CASE("one bad element hides no other, and each is named at its position") {
  CHECK(refused(R"({"preset": "quick", "field_sizes": [63, 64, 4194304, 4194305, 64.5, "64", 1e3, -1,
                    18446744073709551616, 64]})") == Pointers{"/field_sizes/0", "/field_sizes/3", "/field_sizes/4",
                                                              "/field_sizes/5", "/field_sizes/7", "/field_sizes/8",
                                                              "/field_sizes/9"});
  CHECK(refused(R"({"preset": "quick", "threads": [1, "x", 999]})") == Pointers{"/threads/1", "/threads/2"});
  CHECK(refused(R"({"preset": "quick", "engines": ["x", "two_copy", "two_copy"]})") ==
        Pointers{"/engines/0", "/engines/2"});
  CHECK(refused(R"({"preset": "quick", "events": [7, "--help", "cycles"]})") == Pointers{"/events/0", "/events/1"});
  CHECK(refused(R"({"preset": "quick", "server_cpus": ["x", 9, 0, 4294967296, 0]})") ==
        Pointers{"/server_cpus/0", "/server_cpus/1", "/server_cpus/3", "/server_cpus/4"});
  CHECK(refused(R"({"preset": "quick", "threads": ["x"]})") == Pointers{"/threads/0"});
}

TEST_CASE("CPUs as text are validated like a list of CPUs, but named as text") {
  const auto detail = [](std::string_view body) {
    const auto plan = plan_decoded(decode(body), kMachine);
    REQUIRE_FALSE(plan);
    REQUIRE(plan.error().size() == 1);
    CHECK(plan.error()[0].pointer == "/server_cpus");
    return plan.error()[0].detail;
  };
  CHECK(detail(R"({"preset": "quick", "server_cpus": "0-1023"})") ==
        "there is no CPU 4-1023 for this process; allowed: 0-3, or \"auto\" or \"none\"");
  CHECK(detail(R"({"preset": "quick", "server_cpus": "0,0"})") == "CPU 0 occurs twice in the list; give each one once");
  CHECK(detail(R"({"preset": "quick", "server_cpus": "0-2,1"})") ==
        "CPU 1 occurs twice in the list; give each one once");
  CHECK(refused(R"({"preset": "quick", "server_cpus": "3-4,4", "client_cpus": "7"})") ==
        Pointers{"/client_cpus", "/server_cpus", "/server_cpus"});
  std::string endless = R"({"preset": "quick", "server_cpus": "0-1000)";
  for (int i = 0; i < 50'000; ++i) endless += ",0-1000";
  CHECK(refused(endless + "\"}") == Pointers{"/server_cpus", "/server_cpus"});
}

TEST_CASE("a good request becomes a plan") {
  const auto plan = plan_decoded(decode(R"({"preset": "quick"})"), kMachine);
  REQUIRE(plan);
  CHECK(plan->runs.size() == 12);
}

TEST_CASE("the spec of an experiment can be sent again") {
  const auto plan = plan_decoded(decode(R"({"preset": "quick", "server_cpus": [0]})"), kMachine);
  REQUIRE(plan);
  const auto again = plan_decoded(decode(dump(to_json(plan->spec))), PlanContext{{0, 1, 2, 3}, 99});
  REQUIRE(again);
  CHECK(again->spec == plan->spec);
  CHECK(again->runs == plan->runs);
}

TEST_CASE("equivalent requests have one canonical text, others do not") {
  const auto text = [](std::string_view body) { return canonical_text(good(body)); };
  CHECK(text(R"({"threads": [1], "seed": 5})") == text("{\"seed\":5.0,\n\"threads\":[1e0]}"));
  CHECK(text(R"({"server_cpus": "0-2"})") == text(R"({"server_cpus": [0, 1, 2]})"));
  const char* different[] = {"{}",
                             R"({"name": "a"})",
                             R"({"name": "b"})",
                             R"({"preset": "quick"})",
                             R"({"engines": ["two_copy", "one_copy"]})",
                             R"({"engines": ["one_copy", "two_copy"]})",
                             R"({"threads": [1]})",
                             R"({"field_sizes": [1]})",
                             R"({"tcp_nodelay": true})",
                             R"({"tcp_nodelay": false})",
                             R"({"server_cpus": "auto"})",
                             R"({"server_cpus": "none"})",
                             R"({"client_cpus": "none"})",
                             R"({"duration_s": 1})",
                             R"({"duration_s": 1.0000001})",
                             R"({"warmup_s": 1})",
                             R"({"order": "shuffled"})",
                             R"({"pattern": "stream"})",
                             R"({"receive": "recv"})",
                             R"({"repetitions": 1})",
                             R"({"socket_buffer_bytes": 4096})",
                             R"({"events": ["cycles"]})"};
  for (const char* one : different) {
    for (const char* other : different) {
      if (one != other) CHECK(text(one) != text(other));
    }
  }
}

TEST_CASE("the keys are those of a sweep's or a search's spec, then the annotations") {
  Json spec = to_json(ExperimentSpec{});
  ExperimentSpec search;
  search.field_sizes = {64, 128};
  search.crossover = CrossoverSearch{};
  spec.update(to_json(search));
  auto keys = experiment_request_keys();
  REQUIRE(keys.size() == spec.size() + 3);
  CHECK(std::vector<std::string_view>(keys.end() - 3, keys.end()) ==
        std::vector<std::string_view>{"notes", "tags", "pinned"});
  keys.resize(spec.size());
  for (const auto key : keys) CHECK(spec.contains(std::string(key)));
}
