#include "core/model/spec.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

ExperimentSpec full_spec() {
  ExperimentSpec spec;
  spec.name = "größer";
  spec.preset = "quick";
  spec.engines = {EngineMode::zero_copy, EngineMode::two_copy};
  spec.field_sizes = {64, 4 << 20};
  spec.threads = {1, 256};
  spec.duration = from_seconds(0.1);
  spec.warmup = from_seconds(59.999999999);
  spec.repetitions = 100;
  spec.order = Order::sequential;
  spec.seed = (uint64_t{1} << 53) - 1;
  spec.pattern = Pattern::request_response;
  spec.receive = Receive::recvmsg;
  spec.tcp_nodelay = true;
  spec.socket_buffer_bytes = 1 << 30;
  spec.server_cpus = {CpuChoice::Kind::listed, {3, 0}};
  spec.client_cpus = {CpuChoice::Kind::unpinned, {}};
  spec.events = {"cpu-cycles", "cpu_core/event=0xc0,umask=0x1/"};
  spec.profile = true;
  return spec;
}

}  // namespace

TEST_CASE("a search survives the way through JSON, in the words of its request") {
  ExperimentSpec spec = full_spec();
  spec.preset.reset();
  spec.engines = {EngineMode::one_copy, EngineMode::zero_copy};
  spec.field_sizes = {100, 400, 1600};
  spec.threads = {4};
  spec.repetitions = 1;
  spec.crossover = CrossoverSearch{"cpu_ns_per_byte"};
  const Json json = to_json(spec);
  CHECK(json["find"] == "crossover");
  CHECK(json["of"] == Json{"one_copy", "zero_copy"});
  CHECK(json["field_sizes"] == Json{{"from", 100}, {"to", 1600}});
  CHECK_FALSE(json.contains("engines"));
  CHECK_FALSE(json.contains("repetitions"));
  CHECK(spec_from_json(json) == spec);
  for (const char* key : {"of", "metric", "field_sizes"}) {
    Json broken = json;
    broken[key] = "x";
    CHECK_FALSE(spec_from_json(broken));
  }
}

TEST_CASE("repetitions until an interval survive the way through JSON") {
  ExperimentSpec spec;
  spec.repetitions = 5;
  spec.until_ci = UntilCi{2.5, 30};
  CHECK(to_json(spec)["repetitions"] == Json{{"until_ci_pct", 2.5}, {"min", 5}, {"max", 30}});
  CHECK(spec_from_json(to_json(spec)) == spec);
}

TEST_CASE("a spec survives the way through JSON text") {
  for (const ExperimentSpec& spec : {full_spec(), ExperimentSpec{}}) {
    const auto back = spec_from_json(Json::parse(to_json(spec).dump()));
    REQUIRE(back);
    CHECK(*back == spec);
    CHECK(*spec_from_json(to_json(spec)) == spec);
  }
}

TEST_CASE("a spec's JSON has the keys of a request, in their order") {
  ExperimentSpec spec = full_spec();
  spec.socket_buffer_bytes.reset();
  CHECK(to_json(spec).dump() ==
        R"({"name":"größer","preset":"quick","engines":["zero_copy","two_copy"],"field_sizes":[64,4194304],)"
        R"("threads":[1,256],"duration_s":0.1,"warmup_s":59.999999999,"repetitions":100,"order":"sequential",)"
        R"("seed":9007199254740991,"pattern":"request_response","receive":"recvmsg","messages_per_s":null,"tcp_nodelay":true,)"
        R"("socket_buffer_bytes":null,"server_cpus":[3,0],"client_cpus":"none",)"
        R"("events":["cpu-cycles","cpu_core/event=0xc0,umask=0x1/"],"profile":true})");
}

TEST_CASE("a spec that was stored before a key existed has that key's default") {
  Json stored = to_json(full_spec());
  stored.erase("profile");
  stored.erase("messages_per_s");
  const auto spec = spec_from_json(stored);
  REQUIRE(spec);
  CHECK_FALSE(spec->profile);
  CHECK_FALSE(spec->messages_per_s);
}

TEST_CASE("a rate survives too") {
  ExperimentSpec spec = full_spec();
  spec.messages_per_s = 2000.5;
  CHECK(spec_from_json(Json::parse(to_json(spec).dump())).value() == spec);
}

TEST_CASE("specs that this program did not write are rejected") {
  CHECK_FALSE(spec_from_json(Json(nullptr)));
  CHECK_FALSE(spec_from_json(Json::array()));
  const Json good = to_json(full_spec());
  for (const auto& item : good.items()) {
    const std::string& key = item.key();
    CAPTURE(key);
    Json missing = good;
    missing.erase(key);
    CHECK(spec_from_json(missing).has_value() == (key == "profile" || key == "messages_per_s"));
    Json wrong = good;
    wrong[key] = Json::object({{"a", 1}});
    CHECK_FALSE(spec_from_json(wrong));
  }
  const auto with = [&](const char* key, Json value) {
    Json changed = good;
    changed[key] = std::move(value);
    return spec_from_json(changed);
  };
  CHECK_FALSE(with("surplus", 1));
  CHECK_FALSE(with("seed", -1));
  CHECK_FALSE(with("seed", 1.5));
  CHECK_FALSE(with("threads", Json::array({int64_t{1} << 32})));
  CHECK_FALSE(with("threads", Json::array({"1"})));
  CHECK_FALSE(with("engines", Json::array({"three_copy"})));
  CHECK_FALSE(with("engines", "two_copy"));
  CHECK_FALSE(with("duration_s", "3"));
  CHECK_FALSE(with("duration_s", 1e300));
  CHECK_FALSE(with("duration_s", -1));
  CHECK_FALSE(with("server_cpus", "all"));
  CHECK_FALSE(with("server_cpus", Json::array({-1})));
  const auto refused = with("order", "random");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("order") != std::string::npos);
}
