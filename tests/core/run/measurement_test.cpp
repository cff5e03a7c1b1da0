#include "core/run/measurement.h"

#include <doctest/doctest.h>

#include "core/model/events.h"

using namespace copybench;

namespace {

Json connection(int64_t retransmits) { return {{"retransmits", retransmits}}; }

// Two connections, 1 s, 1000 bytes, as the children would report them.
Measurement plain() {
  Measurement measurement;
  measurement.configuration = {EngineMode::zero_copy, 64, 2};
  measurement.engine_opened = {{"cpu_ns", 100}, {"monotonic_ns", 0}, {"connections", {connection(1), connection(2)}}};
  measurement.engine_closed = {{"cpu_ns", 5100}, {"monotonic_ns", 1'000'000'000}, {"connections", {connection(1), connection(4)}},
                               {"rejected_clients", 0}};
  measurement.engine_result = {
      {"connections", {{{"problem", nullptr}}, {{"problem", nullptr}}}},
      {"totals",
       {{"zerocopy_sends", 9}, {"zerocopy_completions", 9}, {"zerocopy_copied", 9}, {"zerocopy_enobufs", 0}}}};
  measurement.load_result = {{"window_ns", 1'000'000'000},
                             {"bytes", 1000},
                             {"messages", 1},
                             {"latency",
                              {{"mean_ns", 1500.0},
                               {"p50_ns", 1000},
                               {"p90_ns", 2000},
                               {"p99_ns", 2000},
                               {"p999_ns", 2000},
                               {"max_ns", 2000}}}};
  measurement.machine_cpu.user_ns = 7000;
  measurement.machine_window = std::chrono::seconds{1};
  measurement.counting = {std::chrono::seconds{1}, std::chrono::seconds{1}};
  measurement.machine_cpu.idle_ns = 1'000'000;
  measurement.counters = {{"cpu-cycles", 3000.0, "count", "", 100},
                          {"instructions", std::nullopt, "", "not supported", 100},
                          {"task-clock", 5000.0, "ns", "", 100}};
  return measurement;
}

}  // namespace

TEST_CASE("figures follow from the reports, and nothing becomes a false zero") {
  const auto figures = figures_of(plain());
  REQUIRE(figures);
  CHECK(figures->throughput_gbps == doctest::Approx(8e-6));
  CHECK(figures->window_s == 1.0);
  CHECK(figures->latency_us == 1.5);
  CHECK(figures->cpu_cycles == 3000);
  CHECK(figures->cycles_per_byte == doctest::Approx(3.0));
  CHECK(!figures->instructions);
  CHECK(!figures->cache_misses);
  CHECK(figures->task_clock_ns == 5000);
  CHECK(figures->cpu_ns_per_byte == doctest::Approx(5.0));
  CHECK(figures->system_cpu_ns_per_byte == doctest::Approx(7.0));
  CHECK(figures->retransmits == 2);
  CHECK(figures->zerocopy_copied == 9);
}

TEST_CASE("a figure a byte is a rate over its own window, divided by the rate of the bytes") {
  auto measurement = plain();
  // Late marks: twice the time, twice the amount, the same cost a byte.
  measurement.engine_closed["cpu_ns"] = 100 + 2 * 5000;
  measurement.engine_closed["monotonic_ns"] = 2'000'000'000;
  measurement.machine_cpu.user_ns = 14'000;
  measurement.machine_window = std::chrono::seconds{2};
  const auto figures = figures_of(measurement);
  REQUIRE(figures);
  CHECK(figures->cpu_ns_per_byte == doctest::Approx(5.0));
  CHECK(figures->system_cpu_ns_per_byte == doctest::Approx(7.0));
}

TEST_CASE("counts of another interval than the window's are withheld, with the reason") {
  using std::chrono::milliseconds;
  const std::vector<CounterReading> counted = plain().counters;
  const auto after = [&](CountingWindow counting) {
    auto counters = counted;
    withhold_uncertain(counters, counting, milliseconds{1000});
    return counters;
  };
  CHECK(after({milliseconds{1000}, milliseconds{1040}})[0].value == 3000.0);
  CHECK(after({milliseconds{1000}, milliseconds{1040}})[1].reason == "not supported");
  for (const CountingWindow& off : {CountingWindow{milliseconds{1000}, milliseconds{1500}},
                                    CountingWindow{milliseconds{1100}, milliseconds{1110}}}) {
    CHECK(!after(off)[0].value);
    CHECK(after(off)[0].reason.find("the window was 1.000 s") != std::string::npos);
    CHECK(after(off)[0].code == kOtherInterval);
    CHECK(to_json(after(off))[0]["code"] == kOtherInterval);
    CHECK_FALSE(to_json(after(off))[1].contains("code"));
    CHECK(after(off)[1].reason == "not supported");
  }
}

TEST_CASE("engines without zero-copy have no zero-copy figures") {
  auto measurement = plain();
  measurement.configuration.engine = EngineMode::one_copy;
  CHECK(!figures_of(measurement)->zerocopy_sends);
}

TEST_CASE("without a message in the window there are bytes, but no latency") {
  auto measurement = plain();
  for (auto& [key, value] : measurement.load_result["latency"].items()) value = nullptr;
  const auto figures = figures_of(measurement);
  REQUIRE(figures);
  CHECK(!figures->latency_us);
  CHECK(!figures->latency_max_us);
  CHECK(figures->bytes == 1000);
}

TEST_CASE("a run that contradicts itself fails") {
  auto broken = plain();
  broken.engine_result["connections"][1]["problem"] = "the kernel says 5 bytes were acknowledged, and 6 were sent";
  CHECK(figures_of(broken).error().message.find("acknowledged") != std::string::npos);
  auto missing = plain();
  missing.engine_result["connections"].erase(1);
  CHECK(!figures_of(missing));
  auto silent = plain();
  silent.load_result["bytes"] = 0;
  CHECK(!figures_of(silent));
  auto backwards = plain();
  backwards.load_result["window_ns"] = -1;
  CHECK(!figures_of(backwards));
}

TEST_CASE("a rate missed by a hundredth is flagged, and a message at an edge is not a miss") {
  RunFigures figures;
  figures.window_s = 1.0;
  figures.messages = 1000;
  CHECK_FALSE(rate_flag(std::nullopt, figures));
  CHECK_FALSE(rate_flag(1000, figures));
  CHECK_FALSE(rate_flag(1005, figures));
  CHECK(rate_flag(1020, figures)->detail == "1020 messages per second were asked for, and 1000 were answered.");
  CHECK(rate_flag(980, figures));
  figures.messages = 9;
  CHECK_FALSE(rate_flag(10, figures));
}

TEST_CASE("bytes in buffers at the edges are flagged from 5 % up, if they exceed a message a connection") {
  const auto flag = [](int64_t sent, int64_t received) {
    auto measurement = plain();
    measurement.engine_opened["bytes"] = 500;
    measurement.engine_closed["bytes"] = 500 + sent;
    measurement.load_result["bytes"] = received;
    return edges_flag(measurement);
  };
  CHECK_FALSE(flag(1'030'000, 1'000'000));
  CHECK_FALSE(flag(1'000, 600));
  const auto seen = flag(1'000'000, 1'600'000);
  REQUIRE(seen);
  CHECK(seen->kind == FlagKind::edges);
  CHECK(seen->detail.find("sent 1 MB") != std::string::npos);
  CHECK(seen->detail.find("received 1.6 MB") != std::string::npos);
}

TEST_CASE("clients at the engine's port in the window flag the run") {
  auto measurement = plain();
  CHECK(!rejected_clients_flag(measurement));
  measurement.engine_closed["rejected_clients"] = 1;
  REQUIRE(rejected_clients_flag(measurement));
  CHECK(rejected_clients_flag(measurement)->kind == FlagKind::rejected_clients);
  CHECK(rejected_clients_flag(measurement)->detail == "Within the window at least 1 other client came to the engine's port.");
}
