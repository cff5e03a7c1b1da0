#include "core/store/calibrations.h"

#include "fixture.h"

using namespace copybench;

namespace {

CalibrationRecord taken(double syscall_ns, const std::string& machine = "here", bool before = false) {
  CalibrationRecord record;
  record.before = before;
  record.at = UtcTime(std::chrono::milliseconds(1'000));
  record.machine = machine;
  record.values = {20, 8, syscall_ns, 10};
  return record;
}

}  // namespace

TEST_CASE("calibrations are stored with their run and experiment, and deleted with it") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto experiment = enqueue(*opened.store, 2).id;
  CHECK(must(opened.reader->calibrations(experiment)).empty());
  RunResult first = completed();
  first.calibrations = {taken(100, "here", true), taken(101)};
  first.calibrations[1].unusual = "syscall_ns 101";
  const auto run = claim(*opened.store).id;
  must(opened.store->finish(run, first));
  RunResult second = completed();
  second.calibrations = {taken(102)};
  must(opened.store->finish(claim(*opened.store).id, second));

  const auto all = must(opened.reader->calibrations(experiment));
  REQUIRE(all.size() == 3);
  first.calibrations[0].run_id = first.calibrations[1].run_id = run;
  CHECK(all[0] == first.calibrations[0]);
  CHECK(all[1] == first.calibrations[1]);
  CHECK(all[2].values.syscall_ns == 102);
  must(opened.store->erase(experiment));
  CHECK(kind_of(opened.reader->calibrations(experiment)) == StoreError::Kind::not_found);
  CHECK(must(opened.store->recent_calibrations("here", 10)).empty());
}

TEST_CASE("the last ones of a machine are found over all experiments, newest first") {
  TemporaryDirectory directory;
  Opened opened(directory);
  for (const double ns : {1.0, 2.0, 3.0}) {
    enqueue(*opened.store, 1);
    RunResult result = completed();
    result.calibrations = {taken(ns), taken(9, "elsewhere")};
    must(opened.store->finish(claim(*opened.store).id, result));
  }
  const auto recent = must(opened.store->recent_calibrations("here", 2));
  REQUIRE(recent.size() == 2);
  CHECK(recent[0].syscall_ns == 3);
  CHECK(recent[1].syscall_ns == 2);
}
