#include "core/transfer/import_problem.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "core/store/exported.h"
#include "core/transfer/import.h"

using namespace copybench;

namespace {

Json fact_named(const std::string& name) {
  return {{"name", name}, {"class", "host"}, {"value", 1}, {"unit", nullptr}, {"reason", nullptr}};
}

// The bytes of a run, in its window of 1 s, with what is computed from them.
void set_bytes(Json& run, int64_t bytes) {
  run["bytes"] = bytes;
  run["throughput_gbps"] = 8 * static_cast<double>(bytes) / 1e9;
  run["evidence"]["server"]["bytes"] = bytes;
}

Json& connections(ExportFile& file, const char* side) { return file.runs[0]["evidence"][side]["connections"]; }

Json numbers(int count) {
  Json list = Json::array();
  for (int i = 0; i < count; ++i) list.push_back(64 + i);
  return list;
}

}  // namespace

TEST_CASE("a row that copybench cannot have written is rejected by line, and nothing is stored") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const auto store = open_store(other);
  struct Case {
    const char* said;
    std::function<void(ExportFile&)> change;
  };
  const Case cases[] = {
      {"schema version 999", [](ExportFile& file) { file.schema = 999; }},
      {"line 2: state is \"queued\"; allowed: completed, failed, cancelled", [](ExportFile& file) { file.experiment["state"] = "queued"; }},
      {"line 2: has a key that is not known here: \"colour\"", [](ExportFile& file) { file.experiment["colour"] = 1; }},
      {"line 2: created_at_ms is missing", [](ExportFile& file) { file.experiment.erase("created_at_ms"); }},
      {"line 2: created_at_ms must be a time", [](ExportFile& file) { file.experiment["created_at_ms"] = INT64_MAX; }},
      {"line 2: spec: it lacks seed", [](ExportFile& file) { file.experiment["spec"].erase("seed"); }},
      {"line 2: spec duration_s is 1000000000; allowed: at most 3600",
       [](ExportFile& file) { file.experiment["spec"]["duration_s"] = 1e9; }},
      {"line 2: runs_total is 6; allowed: as many as the spec has, 4", [](ExportFile& file) { file.experiment["runs_total"] = 6; }},
      {"line 2: findings is 5; allowed: an object", [](ExportFile& file) { file.experiment["findings"] = 5; }},
      {"line 2: findings/repeats is a list of 0; allowed: an object",
       [](ExportFile& file) { file.experiment["findings"] = {{"repeats", Json::array()}}; }},
      {"line 2: findings/repeats/state is \"found\"; allowed: running",
       [](ExportFile& file) { file.experiment["findings"] = {{"repeats", {{"state", "found"}}}}; }},
      {"line 2: findings/crossover/state is 5; allowed: searching",
       [](ExportFile& file) { file.experiment["findings"] = {{"crossover", {{"state", 5}}}}; }},
      {"line 2: tags/0", [](ExportFile& file) { file.experiment["tags"] = {"a,b"}; }},
      {"line 2: tags/0 is 1; allowed: a string", [](ExportFile& file) { file.experiment["tags"] = {1}; }},
      {"it has no runs", [](ExportFile& file) {
         file.runs.clear();
         for (const char* count : {"runs_total", "runs_completed", "runs_failed", "runs_cancelled", "runs_interrupted"}) {
           file.experiment[count] = 0;
         }
       }},
      {"line 3: state is \"running\"; allowed: completed", [](ExportFile& file) { file.runs[0]["state"] = "running"; }},
      {"line 4: threads is 0; allowed: a whole number from 1 to 256", [](ExportFile& file) { file.runs[1]["threads"] = 0; }},
      {"line 4: finished_as must number", [](ExportFile& file) { file.runs[1]["finished_as"] = file.runs[0]["finished_as"]; }},
      {"line 3: throughput_gbps must be a number", [](ExportFile& file) { file.runs[0]["throughput_gbps"] = "fast"; }},
      {"line 3: bytes must be a whole number", [](ExportFile& file) { file.runs[0]["bytes"] = 1.5; }},
      {"line 3: perf_raw must be a string", [](ExportFile& file) { file.runs[0]["perf_raw"] = 1; }},
      {"line 3: calibrations must be a list", [](ExportFile& file) { file.runs[0]["calibrations"] = 1; }},
      {"line 3: syscall_ns of a calibration is null; allowed: a number above 0",
       [](ExportFile& file) { file.runs[0]["calibrations"][0]["values"].erase("syscall_ns"); }},
      {"line 3: flags/0/kind is \"solar_wind\"; allowed:", [](ExportFile& file) { file.runs[0]["flags"][0]["kind"] = "solar_wind"; }},
      {"line 3: engine is \"five_copy\"; allowed: two_copy", [](ExportFile& file) { file.runs[0]["engine"] = "five_copy"; }},
      {"line 3: from_run must be", [](ExportFile& file) {
         file.circumstances.push_back({{"from_run", 9}, {"gathered_at_ms", 1}, {"facts", Json::array()}});
       }},
      {"line 3: facts is 1; allowed: a list of at most 1000", [](ExportFile& file) {
         file.circumstances.push_back({{"from_run", 1}, {"gathered_at_ms", 1}, {"facts", 1}});
       }},
      {"line 3: facts is a list of 40000; allowed: a list of at most 1000", [](ExportFile& file) {
         Json facts = Json::array();
         for (int i = 0; i < 40'000; ++i) facts.push_back(fact_named(std::to_string(i)));
         file.circumstances.push_back({{"from_run", 1}, {"gathered_at_ms", 1}, {"facts", std::move(facts)}});
       }},
      {"line 3: facts has \"a\" twice", [](ExportFile& file) {
         file.circumstances.push_back({{"from_run", 1}, {"gathered_at_ms", 1}, {"facts", {fact_named("a"), fact_named("a")}}});
       }},
      {"line 2: spec the number of configurations is 9000000; allowed: at most 10000", [](ExportFile& file) {
         file.experiment["spec"]["engines"] = {"one_copy"};
         file.experiment["spec"]["field_sizes"] = numbers(3000);
         file.experiment["spec"]["threads"] = numbers(3000);
       }},
      {"line 2: spec field_sizes has 20000 values; allowed: 1 to 10000",
       [](ExportFile& file) { file.experiment["spec"]["field_sizes"] = numbers(20'000); }},
      {"line 2: spec/duration_s 0 is out of range; allowed: 0.1 to 3600 seconds",
       [](ExportFile& file) { file.experiment["spec"]["duration_s"] = 0; }},
      {"line 2: spec/messages_per_s",
       [](ExportFile& file) { file.experiment["spec"]["messages_per_s"] = 5; }},
      {"line 2: name: the name", [](ExportFile& file) { file.experiment["spec"]["name"] = "\xe2\x80\x8b "; }},
      {"line 2: finished_at_ms is 5; allowed: from started_at_ms",
       [](ExportFile& file) { file.experiment["finished_at_ms"] = 5; }},
      {"line 3: finished_at_ms is 5; allowed: from started_at_ms", [](ExportFile& file) { file.runs[0]["finished_at_ms"] = 5; }},
      {"line 2: runs_completed is 1; allowed: as many as there are runs of that state, 2",
       [](ExportFile& file) { file.experiment["runs_completed"] = 1; }},
      {"line 3: repetition is 5; allowed: 1 to 4", [](ExportFile& file) { file.runs[0]["repetition"] = 5; }},
      {"line 4: engine, field_bytes, threads, repetition and kind are those of another run",
       [](ExportFile& file) { file.runs[1]["repetition"] = 1; }},
      {"line 3: engine, field_bytes and threads are no configuration of the spec",
       [](ExportFile& file) { file.runs[0]["field_bytes"] = 513; }},
      {"line 3: kind is profile", [](ExportFile& file) { file.runs[0]["kind"] = "profile"; }},
      {"line 3: bytes is 1000000000000000001; allowed: 0 to 1e+17",
       [](ExportFile& file) { file.runs[0]["bytes"] = 1'000'000'000'000'000'001; }},
      {"line 3: throughput_gbps is", [](ExportFile& file) {
         file.runs[0]["window_s"] = 1.0;
         file.runs[0]["bytes"] = 4096 * 1000;
       }},
      {"line 3: messages is 999; allowed: what bytes gives", [](ExportFile& file) {
         set_bytes(file.runs[0], int64_t{4096} * 100'000);
         file.runs[0]["messages"] = 999;
       }},
      {"line 3: latency_p90_us is 3; allowed: at least latency_p50_us, 4", [](ExportFile& file) {
         file.runs[0]["latency_p50_us"] = 4.0;
         file.runs[0]["latency_p90_us"] = 3.0;
       }},
      {"line 3: zerocopy_sends is 5; allowed of one_copy: null", [](ExportFile& file) { file.runs[0]["zerocopy_sends"] = 5; }},
      {"line 4: throughput_gbps is 5; allowed of a run that did not complete: null",
       [](ExportFile& file) { file.runs[1]["throughput_gbps"] = 5.0; }},
      {"line 3: cpu_cycles is 7; allowed: what counters says of cpu-cycles, or null", [](ExportFile& file) {
         file.runs[0]["cpu_cycles"] = 7;
         file.runs[0]["counters"] = {{{"event", "cycles"}, {"value", 9}, {"unit", "count"}, {"running_pct", 100.0}}};
         file.runs[0]["evidence"]["counters"] = file.runs[0]["counters"];
       }},
      {"line 3: counters differ from evidence/counters", [](ExportFile& file) {
         file.runs[0]["counters"] = Json::array();
         file.runs[0]["evidence"]["counters"] = {{{"event", "cycles"}}};
       }},
      {"line 3: evidence/latency_histogram is no histogram",
       [](ExportFile& file) { file.runs[0]["evidence"]["latency_histogram"] = {{5, 1}, {4, 1}}; }},
      {"line 3: evidence/samples/bytes/1 is \"x\"; allowed: a whole number",
       [](ExportFile& file) { file.runs[0]["evidence"]["samples"]["bytes"][1] = "x"; }},
      {"line 3: window_s is 2; allowed: what evidence/windows_ns/client gives", [](ExportFile& file) {
         set_bytes(file.runs[0], 0);
         file.runs[0]["window_s"] = 2.0;
       }},
      {"line 3: window_s is null; allowed of a run that completed: a number",
       [](ExportFile& file) { file.runs[0]["window_s"] = nullptr; }},
      {"line 3: cycles_per_byte is a number; allowed where cpu_cycles is null: null",
       [](ExportFile& file) { file.runs[0]["cycles_per_byte"] = 5.0; }},
      {"line 3: latency_p50_us is 3; allowed: what evidence/latency_histogram gives, 2", [](ExportFile& file) {
         set_bytes(file.runs[0], 10 * 4096);
         file.runs[0]["messages"] = 10;
         for (const char* name : {"latency_p90_us", "latency_p99_us", "latency_p999_us", "latency_max_us"}) file.runs[0][name] = 4.0;
         file.runs[0]["latency_us"] = 2.5;
         file.runs[0]["latency_p50_us"] = 3.0;
         file.runs[0]["evidence"]["latency_histogram"] = {{2000, 8}, {4000, 2}};
       }},
      {"line 3: evidence is null; allowed of a run that completed: an object", [](ExportFile& file) {
         for (const char* key : {"evidence", "perf_raw", "counters"}) file.runs[0][key] = nullptr;
       }},
      {"line 3: evidence/windows_ns/client is missing; allowed of a run that completed: a whole number", [](ExportFile& file) {
         file.runs[0]["evidence"] = Json::object();
         file.runs[0]["counters"] = nullptr;
       }},
      {"line 3: evidence/client/connections is missing; allowed of a run that completed: a list",
       [](ExportFile& file) { file.runs[0]["evidence"]["client"] = nullptr; }},
      {"line 3: evidence/steadiness/reason is a text; allowed where judged is true: null", [](ExportFile& file) {
         file.runs[0]["evidence"]["steadiness"] = {{"judged", true}, {"reason", "too few samples"}};
       }},
      {"line 3: evidence/steadiness/reason is null; allowed where judged is false: a text", [](ExportFile& file) {
         file.runs[0]["evidence"]["steadiness"] = {{"judged", false}, {"reason", nullptr}};
       }},
      {"line 3: evidence/steadiness/judged is missing; allowed: true or false",
       [](ExportFile& file) { file.runs[0]["evidence"]["steadiness"] = {{"reason", "too few samples"}}; }},
      {"line 3: evidence/calibration/reason is null; allowed where judged is false: a text",
       [](ExportFile& file) { file.runs[0]["evidence"]["calibration"] = {{"judged", false}}; }},
      {"line 3: evidence/perf/reason is a text; allowed where used is true: null",
       [](ExportFile& file) { file.runs[0]["evidence"]["perf"] = {{"used", true}, {"reason", "there is none"}}; }},
      {"line 3: flags has \"drift\"; allowed where evidence/steadiness/judged is true", [](ExportFile& file) {
         file.runs[0]["flags"] = {{{"kind", "drift"}, {"detail", "It drifted."}}};
         file.runs[0]["evidence"]["steadiness"] = {{"judged", false}, {"reason", "too few samples"}};
       }},
      {"line 3: flags has \"step\"; allowed: one of warm_up, drift and step", [](ExportFile& file) {
         file.runs[0]["flags"] = {{{"kind", "drift"}, {"detail", "It drifted."}}, {{"kind", "step"}, {"detail", "It stepped."}}};
       }},
      {"line 3: calibrations/0/values/memcpy_memory_gbytes_per_s is 1e+15; allowed: 0.0001 to 10000",
       [](ExportFile& file) { file.runs[0]["calibrations"][0]["values"]["memcpy_memory_gbytes_per_s"] = 1e15; }},
      {"line 3: calibrations/1/values/round_trip_us is 1e-09; allowed: 0.01 to 1e+06",
       [](ExportFile& file) { file.runs[0]["calibrations"][1]["values"]["round_trip_us"] = 1e-9; }},
      {"line 3: retransmits is 100000000000000000; allowed: 0 to 8.58993e+09",
       [](ExportFile& file) { file.runs[0]["retransmits"] = 100'000'000'000'000'000; }},
      {"line 3: retransmits is 12; allowed: at most what evidence/server/connections gives, 11", [](ExportFile& file) {
         file.runs[0]["retransmits"] = 12;
         connections(file, "server") = {{{"tcp", {{"retransmits", 5}}}}, {{"tcp", {{"retransmits", 6}}}}};
       }},
      {"line 3: page_faults is 10000000000000; allowed: 0 to",
       [](ExportFile& file) { file.runs[0]["page_faults"] = 10'000'000'000'000; }},
      {"line 3: task_clock_ns is 10000000000000; allowed: 0 to",
       [](ExportFile& file) { file.runs[0]["task_clock_ns"] = 10'000'000'000'000; }},
      {"line 3: cpu_cycles is 100000000000000; allowed: 0 to",
       [](ExportFile& file) { file.runs[0]["cpu_cycles"] = 100'000'000'000'000; }},
      {"line 3: latency_max_us is 100000000000.0; allowed: 0 to 7.2e+09",
       [](ExportFile& file) { file.runs[0]["latency_max_us"] = 1e11; }},
      {"line 1: host contains U+202E RIGHT-TO-LEFT OVERRIDE; allowed: characters that are seen",
       [](ExportFile& file) { file.origin.host = "lab\xe2\x80\xae""3"; }},
      {"line 2: name: the name contains U+2066 LEFT-TO-RIGHT ISOLATE, which shows nothing itself; allowed: 1 to 200 bytes",
       [](ExportFile& file) { file.experiment["spec"]["name"] = "a\xe2\x81\xa6""b"; }},
      {"line 2: notes: the text contains U+200B ZERO WIDTH SPACE",
       [](ExportFile& file) { file.experiment["notes"] = "a\xe2\x80\x8b"; }},
      {"line 2: tags/0: the tag contains U+00AD SOFT HYPHEN",
       [](ExportFile& file) { file.experiment["tags"] = {"a\xc2\xad""b"}; }},
      {"line 2: spec/preset is \"huge\"; allowed: quick, full, thorough, or null",
       [](ExportFile& file) { file.experiment["spec"]["preset"] = "huge"; }},
      {"line 2: spec/tcp_nodelay is null; allowed: true or false",
       [](ExportFile& file) { file.experiment["spec"]["tcp_nodelay"] = nullptr; }},
      {"line 2: state is completed; allowed where cancel_requested is 0", [](ExportFile& file) { file.experiment["state"] = "completed"; }},
      {"line 2: state is cancelled; allowed where cancel_requested is 1",
       [](ExportFile& file) { file.experiment["cancel_requested"] = 0; }},
      {"line 3: flags has the same \"steal\" twice", [](ExportFile& file) { file.runs[0]["flags"].push_back(file.runs[0]["flags"][0]); }},
      {"line 3: evidence/samples/bytes falls",
       [](ExportFile& file) { file.runs[0]["evidence"]["samples"]["bytes"] = {5, 4}; }},
      {"line 3: bytes is 4096; allowed: what evidence/samples/bytes gives", [](ExportFile& file) {
         set_bytes(file.runs[0], 4096);
         file.runs[0]["evidence"]["samples"]["bytes"] = {5, 1'000'000'000'000};
       }},
      {"line 3: evidence/server/connections has 1; allowed: one for each thread, 2",
       [](ExportFile& file) { connections(file, "server") = {nullptr}; }},
      {"line 3: evidence/server/connections/1/client_received_bytes is 7; allowed: what evidence/server/connections/1/bytes gives, 5",
       [](ExportFile& file) {
         connections(file, "server") = {{{"bytes", 5}, {"client_received_bytes", 5}},
                                        {{"bytes", 5}, {"client_received_bytes", 7}}};
       }},
      {"line 3: evidence/server/connections/0/tcp/bytes_acked is 4", [](ExportFile& file) {
         connections(file, "server") = {{{"bytes", 5}, {"tcp", {{"bytes_acked", 4}}}}, nullptr};
       }},
      {"line 3: evidence/client/connections/0/problem is a text", [](ExportFile& file) {
         connections(file, "client") = {{{"problem", "bad"}}, nullptr};
       }},
      {"line 3: bytes is 4096; allowed: what evidence/client/connections gives, 10", [](ExportFile& file) {
         set_bytes(file.runs[0], 4096);
         connections(file, "client") = {{{"bytes", 5}}, {{"bytes", 5}}};
       }},
      {"line 3: the sum of evidence/client/connections/*/bytes is 10; allowed: what evidence/server/connections gives, 11",
       [](ExportFile& file) {
         connections(file, "client") = {{{"bytes", 5}}, {{"bytes", 5}}};
         connections(file, "server") = {{{"bytes", 5}}, {{"bytes", 6}}};
       }},
      {"line 3: evidence/machine_cpu/busy_ns is 7; allowed: what the sum of its parts gives, 6", [](ExportFile& file) {
         file.runs[0]["evidence"]["machine_cpu"] = {{"user_ns", 1}, {"nice_ns", 1},    {"system_ns", 1}, {"irq_ns", 1},
                                                    {"softirq_ns", 1}, {"guest_ns", 1}, {"busy_ns", 7}};
       }},
      {"line 3: messages is 3e+06; allowed: what evidence/latency_histogram gives, 1", [](ExportFile& file) {
         set_bytes(file.runs[0], int64_t{4096} * 3'000'000);
         file.runs[0]["messages"] = 3'000'000;
         file.runs[0]["evidence"]["latency_histogram"] = {{1, 1}};
       }},
      {"line 3: latency_p99_us is null; allowed where latency_us is a number", [](ExportFile& file) {
         for (const char* name : {"latency_us", "latency_p50_us", "latency_p90_us", "latency_p999_us", "latency_max_us"}) {
           file.runs[0][name] = 4.0;
         }
       }},
      {"line 3: window_s is 0.2; allowed: what duration_s of the spec gives, 1", [](ExportFile& file) {
         set_bytes(file.runs[0], 0);
         file.runs[0]["window_s"] = 0.2;
         file.runs[0]["evidence"]["windows_ns"]["client"] = 200'000'000;
       }},
      {"line 3: evidence/strangers is \"x\"; allowed: a whole number",
       [](ExportFile& file) { file.runs[0]["evidence"]["strangers"] = "x"; }},
      {"line 3: evidence/windows_ns/server is -1; allowed: a whole number from 0",
       [](ExportFile& file) { file.runs[0]["evidence"]["windows_ns"] = {{"server", -1}}; }},
      {"line 2: state is failed; allowed where reason is a text", [](ExportFile& file) {
         file.experiment["state"] = "failed";
         file.experiment["reason"] = nullptr;
       }},
      {"line 2: runs_total is 4; allowed: as many as the spec has, 6",
       [](ExportFile& file) { file.experiment["spec"]["repetitions"] = 6; }},
      {"line 4: position is 1; allowed: each number once, but for interrupted runs",
       [](ExportFile& file) { file.runs[1]["position"] = file.runs[0]["position"]; }},
  };
  for (const Case& one : cases) {
    CAPTURE(std::string(one.said));
    const auto imported = import_experiment(*store, changed(directory, one.change));
    REQUIRE_FALSE(imported);
    CHECK(imported.error().kind == StoreError::Kind::invalid);
    CAPTURE(imported.error().message);
    CHECK(imported.error().message.find(one.said) != std::string::npos);
  }
  CHECK_FALSE(store->last_write_error());
  const auto readers = must(ReaderPool::open(other.database(), 1));
  CHECK(must(readers->lease()->experiments(std::nullopt, 10)).items.empty());
}

TEST_CASE("values that cannot be measured are not imported") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const std::pair<const char*, Json> wrong[] = {
      {"throughput_gbps", -5.0}, {"throughput_gbps", 1e308}, {"messages", -1}, {"engine", "no_copy"}};
  for (const auto& row : wrong) {
    const auto& key = row.first;
    const auto refused = import_experiment(*opened.store, changed(here, [&](ExportFile& file) {
      file.runs[0][key] = row.second;
      file.digest_of_runs = "other";
    }));
    REQUIRE(kind_of(refused) == StoreError::Kind::invalid);
    CAPTURE(refused.error().message);
    CHECK(refused.error().message.find(key) != std::string::npos);
    CHECK(refused.error().message.find("restore") == std::string::npos);
  }
}

TEST_CASE("a mark between a receive's bytes and its messages is not a contradiction") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& measured) {
    set_bytes(measured.runs[0], 4096 * 1000 + (256 << 10));
    measured.runs[0]["messages"] = 1000;
  });
  CHECK(must(import_experiment(*open_store(other), file)).is_new);
}

TEST_CASE("the presets of every version are known") {
  TemporaryDirectory directory;
  eventful(*open_store(directory));
  for (const char* preset : {"quick", "full", "thorough"}) {
    CAPTURE(preset);
    CHECK(check_import(changed(directory, [&](ExportFile& file) { file.experiment["spec"]["preset"] = preset; })));
  }
}
