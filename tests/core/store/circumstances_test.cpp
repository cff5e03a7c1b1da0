#include "core/store/circumstances.h"

#include "fixture.h"

using namespace copybench;

namespace {

Circumstances under(const std::string& kernel) {
  return {{"kernel.release", CircumstanceClass::kernel, kernel, "", ""},
          {"cpu.frequency.max", CircumstanceClass::settings, {}, "kHz", "no cpufreq"}};
}

}  // namespace

TEST_CASE("an experiment's circumstances are recorded with its first claim, and again when they change") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto experiment = enqueue(*opened.store, 4).id;
  CHECK(must(opened.reader->circumstances(experiment)).empty());

  std::vector<RunId> runs;
  for (const char* kernel : {"6.1", "6.1", "6.2", "6.1"}) {
    const auto run = must(opened.store->claim_next(under(kernel)));
    REQUIRE(run);
    runs.push_back(run->id);
    must(opened.store->finish(run->id, completed()));
  }
  const auto recorded = must(opened.reader->circumstances(experiment));
  REQUIRE(recorded.size() == 3);
  CHECK(recorded[0].from_run == runs[0]);
  CHECK(recorded[1].from_run == runs[2]);
  CHECK(recorded[2].from_run == runs[3]);
  CHECK(recorded[0].facts == under("6.1"));
  CHECK(recorded[1].facts == under("6.2"));
}

TEST_CASE("each experiment has its own, and they are deleted with it") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto first = enqueue(*opened.store, 1).id;
  const auto second = enqueue(*opened.store, 1).id;
  while (const auto run = must(opened.store->claim_next(under("6.1")))) must(opened.store->finish(run->id, completed()));
  CHECK(must(opened.reader->circumstances(first)).size() == 1);
  CHECK(must(opened.reader->circumstances(second)).size() == 1);
  must(opened.store->erase(first));
  CHECK(kind_of(opened.reader->circumstances(first)) == StoreError::Kind::not_found);
  CHECK(must(opened.reader->circumstances(second)).size() == 1);
}

TEST_CASE("a claim without circumstances records none") {
  TemporaryDirectory directory;
  Opened opened(directory);
  const auto experiment = enqueue(*opened.store, 1).id;
  claim(*opened.store);
  CHECK(must(opened.reader->circumstances(experiment)).empty());
}
