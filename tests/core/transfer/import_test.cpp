#include "core/transfer/import.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/store/exported.h"
#include "core/transfer/export_rows.h"

using namespace copybench;

TEST_CASE("an experiment is the same on another machine, except for its ids") {
  TemporaryDirectory here, there;
  Opened source(here);
  eventful(*source.store);
  const std::string text = exported(here, 1);
  Opened target(there);
  enqueue(*target.store, 3);
  must(target.store->cancel(1));
  const auto imported = must(import_experiment(*target.store, parsed(text)));
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
  // Imported results do not define what is usual on this machine.
  CHECK(must(target.store->recent_calibrations("here", 9)).empty());
  CHECK(must(source.store->recent_calibrations("here", 9)).size() == 2);
  // Nothing of it is queued for measurement.
  CHECK_FALSE(must(target.store->claim_next()));
}

TEST_CASE("an import changes no last run and no count of this machine, and is found by its tag") {
  TemporaryDirectory here, there;
  Opened source(here);
  eventful(*source.store);
  Opened target(there);
  must(import_experiment(*target.store, parsed(exported(here, 1))));
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

TEST_CASE("an experiment is not imported into the database that measured it") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const auto again = must(import_experiment(*opened.store, parsed(exported(here, 1))));
  CHECK_FALSE(again.is_new);
  CHECK(again.record.id == 1);
  // Another experiment with the same number is a different one.
  const auto other = changed(here, [](ExportFile& file) {
    file.runs[0]["perf_raw"] = "perf said that";
    file.digest_of_runs = "other";
  });
  CHECK(must(import_experiment(*opened.store, other)).is_new);
}

TEST_CASE("a file's original is found while another one writes") {
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

TEST_CASE("a file whose original was found but deleted since is imported") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const ExportFile file = parsed(exported(here, 1));
  must(opened.store->annotate(1, {{}, {}, {}, false}));
  must(opened.store->erase(1));
  const auto connection = must(DatabaseConnection::open(here.database(), DatabaseConnection::Access::read_only));
  CHECK_FALSE(connection->attempt([&] { CHECK_FALSE(is_there(*connection, 1)); }));
  CHECK(must(import_experiment(*opened.store, file)).is_new);
}

TEST_CASE("runs are exported in the order of their ids, each with its finish position") {
  TemporaryDirectory here;
  Opened opened(here);
  eventful(*opened.store);
  const auto whole = must(export_experiment(*opened.reader, 1));
  std::vector<int64_t> ends;
  for (const RunRow& run : opened.runs(1)) ends.push_back(run.finish_sequence);
  REQUIRE(whole.finished_as.size() == ends.size());
  const auto all = must(export_runs(*opened.reader, 1, 0, whole.finished_as));
  REQUIRE(all.size() == ends.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    const auto earlier = std::count_if(ends.begin(), ends.end(), [&](int64_t end) { return end <= ends[i]; });
    CHECK(all[i].row.at("finished_as") == earlier);
  }
  const auto third = must(export_runs(*opened.reader, 1, all[1].id, std::span(whole.finished_as).subspan(2, 1)));
  REQUIRE(third.size() == 1);
  CHECK(third[0].row == all[2].row);
}

TEST_CASE("a part of an export costs the same, however many runs the experiment has") {
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
  // CPU time of this thread, so that other load matters little.
  const auto cost_of_parts = [&](ExperimentId id) {
    const auto places = must(export_experiment(*readers->lease(), id)).finished_as;
    const auto now = [] {
      timespec time{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
    };
    const double before = now();
    for (int i = 0; i < 20; ++i) {
      CHECK(must(export_runs(*readers->lease(), id, 0, std::span(places).first(20))).size() == 20);
    }
    return now() - before;
  };
  cost_of_parts(1);  // the first read prepares the statements
  CHECK(cost_of_parts(2) < 5 * cost_of_parts(1));
}

TEST_CASE("the same runs are imported once, also when they come through a third machine") {
  TemporaryDirectory here, there, third;
  eventful(*open_store(here));
  const std::string text = exported(here, 1);
  must(import_experiment(*open_store(there), parsed(text)));
  const std::string passed_on = exported(there, 1);
  const auto store = open_store(third);
  CHECK(must(import_experiment(*store, parsed(text))).is_new);
  const auto again = must(import_experiment(*store, parsed(passed_on)));
  CHECK_FALSE(again.is_new);
  CHECK(again.record.id == 1);
  CHECK(parsed(passed_on).origin.host == "this-host");
}

TEST_CASE("an unfinished experiment is not exported") {
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

TEST_CASE("an export of an earlier schema lacks later columns") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& old) {
    old.schema = 1;
    for (const char* later : {"notes", "tags", "pinned"}) old.experiment.erase(later);
    for (Json& run : old.runs) {
      for (const char* later : {"counters", "flags", "calibrations"}) run.erase(later);
    }
  });
  CHECK(must(import_experiment(*open_store(other), file)).record.annotations == Annotations{});
}

TEST_CASE("retention counts an import's age from its import") {
  TemporaryDirectory directory, other;
  eventful(*open_store(directory));
  const ExportFile file = changed(directory, [](ExportFile& old) {
    for (const char* time : {"started_at_ms", "finished_at_ms"}) old.experiment[time] = 1000;
    for (Json& run : old.runs) {
      if (!run["started_at_ms"].is_null()) run["started_at_ms"] = 1000;
      run["finished_at_ms"] = 1000;
    }
    old.experiment["pinned"] = 0;
  });
  const auto store = open_store(other);
  must(import_experiment(*store, file));
  CHECK_FALSE(must(store->remove_expired({std::chrono::days(1), {}})));
}

TEST_CASE("a file is imported from the text of its lines") {
  TemporaryDirectory here, there;
  eventful(*open_store(here));
  const auto file = read_export(exported(here, 1));
  REQUIRE(file);
  CHECK(file->runs[0].is_string());
  CHECK(find_original(here.database(), *file).value() == 1);
  CHECK(must(import_experiment(*open_store(there), *file)).is_new);
}
