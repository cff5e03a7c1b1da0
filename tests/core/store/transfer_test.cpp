#include "core/store/transfer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/store/export.h"
#include "fixture.h"

using namespace copybench;

namespace {

// The lines of an experiment; each with a line feed.
std::string exported(const TemporaryDirectory& directory, ExperimentId id) {
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  std::string text;
  must(write_export(*readers, id, {"this-host", "0.1.0"}, [&](std::string_view bytes) {
    text += bytes;
    return true;
  }));
  return text;
}

// An experiment of 4 runs: completed, failed, interrupted and measured again, cancelled before it began.
ExperimentId eventful(Store& store) {
  const ExperimentId id = enqueue(store, 4, "eventful").id;
  must(store.annotate(id, {{}, "a note", {{"tag"}}, true}));
  RunResult doubtful = completed(1.0 / 3);
  doubtful.flags = {{FlagKind::steal, "The hypervisor withheld 3 %."}};
  doubtful.calibrations = {{true, UtcTime(std::chrono::milliseconds(5)), "here", {20, 8, 100, 10}, "syscall_ns 100"},
                           {false, UtcTime(std::chrono::milliseconds(6)), "here", {21, 8, 100, 10}, std::nullopt}};
  must(store.finish(claim(store).id, doubtful));
  must(store.finish(claim(store).id, failed("the engine said \xff")));
  must(store.finish(claim(store).id, {Interrupted{"stopping"}, Json::object(), ""}));
  must(store.finish(claim(store).id, completed()));
  must(store.cancel(id));
  return id;
}

ExportFile parsed(const std::string& text) {
  auto file = read_export(text);
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  return std::move(*file);
}

Json fact_named(const std::string& name) {
  return {{"name", name}, {"class", "host"}, {"value", 1}, {"unit", nullptr}, {"reason", nullptr}};
}

Json numbers(int count) {
  Json list = Json::array();
  for (int i = 0; i < count; ++i) list.push_back(64 + i);
  return list;
}

// The export, once changed and read again with its digests made anew.
ExportFile changed(const TemporaryDirectory& directory, const std::function<void(ExportFile&)>& change) {
  ExportFile file = parsed(exported(directory, 1));
  change(file);
  return file;
}

}  // namespace

TEST_CASE("an experiment is the same after the way to another machine, but for its ids") {
  TemporaryDirectory here, there;
  Opened source(here);
  eventful(*source.store);
  const std::string text = exported(here, 1);
  Opened target(there);
  enqueue(*target.store, 3);
  must(target.store->cancel(1));
  const auto imported = must(target.store->import_experiment(parsed(text)));
  CHECK(imported.is_new);
  CHECK(imported.record.id == 2);
  REQUIRE(imported.record.origin);
  CHECK(imported.record.origin->host == "this-host");
  CHECK(imported.record.origin->experiment_id == 1);
  CHECK(imported.record.origin->imported_at);
  const ExperimentRecord before = source.experiment(1);
  CHECK(imported.record.spec == before.spec);
  CHECK(imported.record.annotations == before.annotations);
  CHECK(imported.record.state == ExperimentState::cancelled);
  CHECK(imported.record.finished_at == before.finished_at);
  CHECK(imported.record.runs.interrupted == 1);
  const auto runs_before = source.runs(1);
  const auto runs = target.runs(2);
  REQUIRE(runs.size() == 5);
  REQUIRE(runs_before.size() == 5);
  int64_t last = 0;
  for (const RunRow& run : must(target.reader->runs_finished_after(2, 0, 10))) {
    CHECK(run.finish_sequence > std::max<int64_t>(last, 3));
    last = run.finish_sequence;
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    CHECK(runs[i].planned == runs_before[i].planned);
    CHECK(runs[i].state == runs_before[i].state);
    CHECK(runs[i].figures == runs_before[i].figures);
    CHECK(runs[i].reason.has_value() == runs_before[i].reason.has_value());
    CHECK(runs[i].counters_json == runs_before[i].counters_json);
    CHECK(runs[i].flags == runs_before[i].flags);
    CHECK(must(target.reader->run(runs[i].id)).evidence_json == must(source.reader->run(runs_before[i].id)).evidence_json);
    CHECK(must(target.reader->perf_raw(runs[i].id)) == must(source.reader->perf_raw(runs_before[i].id)));
  }
  CHECK(runs[0].flags.size() == 1);
  auto calibrations = must(source.reader->calibrations(1));
  REQUIRE(calibrations.size() == 2);
  for (CalibrationRecord& one : calibrations) one.run_id = runs[0].id;
  CHECK(must(target.reader->calibrations(2)) == calibrations);
  // What somebody hands in says nothing about what is usual here.
  CHECK(must(target.store->recent_calibrations("here", 9)).empty());
  CHECK(must(source.store->recent_calibrations("here", 9)).size() == 2);
  // Nothing of it waits to be measured.
  CHECK_FALSE(must(target.store->claim_next()));
}

TEST_CASE("what was imported is no last run and no count of this machine, and is found by its tag") {
  TemporaryDirectory here, there;
  Opened source(here);
  eventful(*source.store);
  Opened target(there);
  must(target.store->import_experiment(parsed(exported(here, 1))));
  CHECK(must(target.reader->last_completed_runs()).empty());
  CHECK(must(target.reader->counts()).runs.completed == 0);
  CHECK(must(target.reader->counts()).experiments.at(ExperimentState::cancelled) == 0);
  CHECK(must(target.reader->experiments(std::nullopt, 10, "tag")).items.size() == 1);
  enqueue(*target.store, 1);
  const ClaimedRun own = claim(*target.store);
  must(target.store->finish(own.id, completed()));
  CHECK(must(target.reader->last_completed_runs()).front().id == own.id);
  CHECK(must(target.reader->counts()).runs.completed == 1);
}

TEST_CASE("where it was measured, an experiment is not imported beside itself") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const auto again = must(opened.store->import_experiment(parsed(exported(here, 1))));
  CHECK_FALSE(again.is_new);
  CHECK(again.record.id == 1);
  // Another experiment of that number is another one.
  const auto other = changed(here, [](ExportFile& file) {
    file.runs[0]["throughput_gbps"] = 77.0;
    file.digest_of_runs = "other";
  });
  CHECK(must(opened.store->import_experiment(other)).is_new);
}

TEST_CASE("what a file was exported from is found while another one writes") {
  TemporaryDirectory here;
  const auto store = open_store(here);
  eventful(*store);
  const ExportFile file = parsed(exported(here, 1));
  const auto writer = must(DatabaseConnection::open(here.database(), DatabaseConnection::Access::read_write));
  CHECK_FALSE(writer->attempt([&] {
    WriteTransaction open(*writer);
    CHECK(must(find_original(here.database(), file)) == 1);
  }));
}

TEST_CASE("an original that was deleted after it was found is imported") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const ExportFile file = parsed(exported(here, 1));
  must(opened.store->annotate(1, {{}, {}, {}, false}));
  must(opened.store->erase(1));
  const auto connection = must(DatabaseConnection::open(here.database(), DatabaseConnection::Access::read_only));
  CHECK_FALSE(connection->attempt([&] { CHECK_FALSE(is_there(*connection, 1)); }));
  CHECK(must(opened.store->import_experiment(file)).is_new);
}

TEST_CASE("runs are exported in the order of their ids, each with its place among those that ended") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const auto whole = must(opened.reader->exported_experiment(1));
  std::vector<int64_t> ends;
  for (const RunRow& run : opened.runs(1)) ends.push_back(run.finish_sequence);
  REQUIRE(whole.finished_as.size() == ends.size());
  const auto all = must(opened.reader->exported_runs(1, 0, whole.finished_as));
  REQUIRE(all.size() == ends.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    const auto earlier = std::count_if(ends.begin(), ends.end(), [&](int64_t end) { return end <= ends[i]; });
    CHECK(all[i].row.at("finished_as") == earlier);
  }
  const auto third = must(opened.reader->exported_runs(1, all[1].id, std::span(whole.finished_as).subspan(2, 1)));
  REQUIRE(third.size() == 1);
  CHECK(third[0].row == all[2].row);
}

TEST_CASE("a part of an export costs the same however many runs there are") {
  TemporaryDirectory here;
  const auto store = open_store(here);
  enqueue(*store, 1);
  enqueue(*store, 1);
  complete_all(*store);
  constexpr int64_t kFew = 100, kMany = 50'000;
  const auto writer = must(DatabaseConnection::open(here.database(), DatabaseConnection::Access::read_write));
  REQUIRE_FALSE(writer->attempt([&] {
    for (const auto& [id, runs] : {std::pair{1, kFew}, std::pair{2, kMany}}) {
      writer->execute(fmt::format(
          "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {1}) INSERT INTO runs (experiment_id, "
          "position, engine, field_bytes, threads, repetition, state, finish_sequence) SELECT {0}, i, 'one_copy', 512, 2, i, "
          "'completed', i FROM n",
          id, runs));
    }
  }));
  const auto readers = must(ReaderPool::open(here.database(), 1));
  // CPU time of this thread, so that what else the machine does counts little.
  const auto cost_of_parts = [&](ExperimentId id) {
    const auto places = must(readers->lease()->exported_experiment(id)).finished_as;
    const auto now = [] {
      timespec time{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
    };
    const double before = now();
    for (int i = 0; i < 20; ++i) {
      CHECK(must(readers->lease()->exported_runs(id, 0, std::span(places).first(20))).size() == 20);
    }
    return now() - before;
  };
  cost_of_parts(1);  // what is read first is prepared
  CHECK(cost_of_parts(2) < 5 * cost_of_parts(1));
}

TEST_CASE("what nothing can measure is not imported") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const std::pair<const char*, Json> wrong[] = {
      {"throughput_gbps", -5.0}, {"throughput_gbps", 1e308}, {"messages", -1}, {"engine", "no_copy"}};
  for (const auto& row : wrong) {
    const auto& key = row.first;
    const auto refused = opened.store->import_experiment(changed(here, [&](ExportFile& file) {
      file.runs[0][key] = row.second;
      file.digest_of_runs = "other";
    }));
    REQUIRE(kind_of(refused) == StoreError::Kind::invalid);
    CAPTURE(refused.error().message);
    CHECK(refused.error().message.find(key) != std::string::npos);
    CHECK(refused.error().message.find("restore") == std::string::npos);
  }
}

TEST_CASE("the same runs are imported once, also when they come by way of a third machine") {
  TemporaryDirectory here, there, third;
  eventful(*open_store(here));
  const std::string text = exported(here, 1);
  must(open_store(there)->import_experiment(parsed(text)));
  const std::string passed_on = exported(there, 1);
  const auto store = open_store(third);
  CHECK(must(store->import_experiment(parsed(text))).is_new);
  const auto again = must(store->import_experiment(parsed(passed_on)));
  CHECK_FALSE(again.is_new);
  CHECK(again.record.id == 1);
  CHECK(parsed(passed_on).origin.host == "this-host");
}

TEST_CASE("what has not ended is not exported") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  enqueue(*store, 2);
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  const auto written = [&](ExperimentId id) { return write_export(*readers, id, {}, [](std::string_view) { return true; }); };
  CHECK(kind_of(written(1)) == StoreError::Kind::conflict);
  CHECK(written(1).error().message == "Experiment 1 is queued. It can be exported when it has ended.");
  CHECK(kind_of(written(2)) == StoreError::Kind::not_found);
  claim(*store);
  CHECK(kind_of(written(1)) == StoreError::Kind::conflict);
}

TEST_CASE("a row that no copybench wrote is refused by its line, and nothing is stored") {
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
      {"line 2: runs_total is 6; allowed: as many as there are runs of that state", [](ExportFile& file) { file.experiment["runs_total"] = 6; }},
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
         file.runs[0]["bytes"] = int64_t{4096} * 100'000;
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
         file.runs[0]["window_s"] = 2.0;
         file.runs[0]["bytes"] = 0;
         file.runs[0]["throughput_gbps"] = 0.0;
         file.runs[0]["evidence"]["windows_ns"] = {{"client", 1'000'000'000}};
       }},
      {"line 3: window_s is null; allowed of a run that completed: a number", [](ExportFile& file) {
         file.runs[0]["window_s"] = nullptr;
         file.runs[0]["evidence"]["windows_ns"] = {{"client", 1'000'000'000}};
       }},
      {"line 3: cycles_per_byte is a number; allowed where cpu_cycles is null: null",
       [](ExportFile& file) { file.runs[0]["cycles_per_byte"] = 5.0; }},
      {"line 3: latency_p50_us is 3; allowed: what evidence/latency_histogram gives, 2", [](ExportFile& file) {
         file.runs[0]["messages"] = 10;
         file.runs[0]["bytes"] = 10 * 4096;
         for (const char* name : {"latency_p90_us", "latency_p99_us", "latency_p999_us", "latency_max_us"}) file.runs[0][name] = 4.0;
         file.runs[0]["latency_p50_us"] = 3.0;
         file.runs[0]["evidence"]["latency_histogram"] = {{2000, 8}, {4000, 2}};
       }},
      {"line 2: spec/tcp_nodelay is null; allowed: true or false",
       [](ExportFile& file) { file.experiment["spec"]["tcp_nodelay"] = nullptr; }},
  };
  for (const Case& one : cases) {
    CAPTURE(one.said);
    const auto imported = store->import_experiment(changed(directory, one.change));
    CHECK(kind_of(imported) == StoreError::Kind::invalid);
    CAPTURE(imported.error().message);
    CHECK(imported.error().message.find(one.said) != std::string::npos);
  }
  CHECK_FALSE(store->last_write_error());
  const auto readers = must(ReaderPool::open(other.database(), 1));
  CHECK(must(readers->lease()->experiments(std::nullopt, 10)).items.empty());
}

TEST_CASE("a mark between a receive's bytes and its messages is no contradiction") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& measured) {
    measured.runs[0]["bytes"] = 4096 * 1000 + (256 << 10);
    measured.runs[0]["messages"] = 1000;
  });
  CHECK(must(open_store(other)->import_experiment(file)).is_new);
}

TEST_CASE("an export of an earlier schema lacks what came later") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& old) {
    old.schema = 1;
    for (const char* later : {"notes", "tags", "pinned"}) old.experiment.erase(later);
    for (Json& run : old.runs) {
      for (const char* later : {"counters", "flags", "calibrations"}) run.erase(later);
    }
  });
  CHECK(must(open_store(other)->import_experiment(file)).record.annotations == Annotations{});
}

TEST_CASE("an import is as old as its import to retention") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& old) {
    for (const char* time : {"started_at_ms", "finished_at_ms"}) old.experiment[time] = 1000;
    old.experiment["pinned"] = 0;
  });
  const auto store = open_store(other);
  must(store->import_experiment(file));
  CHECK_FALSE(must(store->remove_expired({std::chrono::days(1), {}})));
}
