// Helpers of the export and import tests: an experiment with runs of every outcome, exported, read and changed.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "core/store/reader_pool.h"
#include "core/transfer/export.h"
#include "core/transfer/export_file.h"
#include "fixture.h"

namespace copybench {

// The lines of an experiment's export, each with a line feed.
inline std::string exported(const TemporaryDirectory& directory, ExperimentId id) {
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  std::string text;
  must(write_export(*readers, id, {"this-host", "0.1.0"}, [&](std::string_view bytes) {
    text += bytes;
    return true;
  }));
  return text;
}

// The result of a run of plan_of() with the evidence that each version has stored with it.
inline RunResult measured(double gbps = 1.5) {
  constexpr int64_t kWindowNs = 1'000'000'000;
  RunResult result = completed(gbps);
  RunFigures& figures = std::get<Completed>(result.outcome).figures;
  figures.window_s = 1.0;
  figures.bytes = std::llround(gbps * 1e9 / 8);
  result.evidence["windows_ns"] = {{"client", kWindowNs}, {"server", kWindowNs}};
  result.evidence["counters"] = Json::array();
  result.evidence["server"] = {{"cpu_ns", 500'000'000},
                               {"bytes", *figures.bytes},
                               {"messages", *figures.bytes / 4096},
                               {"connections", {nullptr, nullptr}}};
  result.evidence["client"] = {{"connections", {nullptr, nullptr}}};
  result.evidence["machine_cpu"] = {{"busy_ns", 900'000'000}};
  result.evidence["latency_histogram"] = Json::array();
  return result;
}

// An experiment of 4 runs: completed, failed, interrupted and measured again, cancelled before it began.
inline ExperimentId eventful(Store& store) {
  const ExperimentId id = enqueue(store, 4, "eventful").id;
  must(store.annotate(id, {{}, "a note", {{"tag"}}, true}));
  RunResult doubtful = measured(1.0 / 3);
  doubtful.flags = {{FlagKind::steal, "The hypervisor withheld 3 %."}};
  doubtful.calibrations = {{true, UtcTime(std::chrono::milliseconds(5)), "here", {20, 8, 100, 10}, "syscall_ns 100"},
                           {false, UtcTime(std::chrono::milliseconds(6)), "here", {21, 8, 100, 10}, std::nullopt}};
  must(store.finish(claim(store).id, doubtful));
  must(store.finish(claim(store).id, failed("the engine said \xff")));
  must(store.finish(claim(store).id, {Interrupted{"stopping"}, Json::object(), ""}));
  must(store.finish(claim(store).id, measured()));
  must(store.cancel(id));
  return id;
}

// With its rows as objects, which a test can change.
inline ExportFile parsed(const std::string& text) {
  auto file = read_export(text);
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  for (Json& row : file->circumstances) row = row_of(row);
  for (Json& row : file->runs) row = row_of(row);
  return std::move(*file);
}

// Changes the export, computes its digests anew and reads it.
inline ExportFile changed(const TemporaryDirectory& directory, const std::function<void(ExportFile&)>& change) {
  ExportFile file = parsed(exported(directory, 1));
  change(file);
  return file;
}

}  // namespace copybench
