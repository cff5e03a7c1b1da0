// A store that is killed at any moment keeps everything that it acknowledged, and nothing half done.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "core/analysis/adaptive.h"
#include "core/base/unique_fd.h"
#include "fixture.h"

using namespace copybench;

namespace {

// Record that the child writes to the pipe after a call returned.
struct Acknowledged {
  enum class What : int64_t { queued, finished } what;
  int64_t id;
};

constexpr int64_t kRunsEach = 3;

// Queues, claims and finishes until it is killed.
[[noreturn]] void work(const std::filesystem::path& directory, int pipe) {
  const auto tell = [&](Acknowledged::What what, int64_t id) {
    const Acknowledged said{what, id};
    if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(2);
  };
  const auto store = Store::open(directory, advise);
  if (!store || !(*store)->recover()) ::_exit(3);
  for (;;) {
    const auto record = (*store)->enqueue(plan_of(kRunsEach), std::nullopt, nullptr);
    if (!record) ::_exit(4);
    tell(Acknowledged::What::queued, record->id);
    for (int i = 0; i < 2; ++i) {
      const auto claimed = (*store)->claim_next();
      if (!claimed || !*claimed) ::_exit(5);
      if (!(*store)->finish((*claimed)->id, completed())) ::_exit(6);
      tell(Acknowledged::What::finished, (*claimed)->id);
    }
  }
}

}  // namespace

TEST_CASE("SIGKILL during writes loses nothing that was acknowledged") {
  TemporaryDirectory directory;
  std::vector<Acknowledged> all;
  std::mt19937 random(1);
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) work(directory.path(), write_end.get());
    write_end.reset();

    // Killed after some number of acknowledgements, at an arbitrary point.
    const int kill_after = 1 + static_cast<int>(random() % 20);
    Acknowledged said{};
    for (int i = 0; ::read(read_end.get(), &said, sizeof said) == sizeof said; ++i) {
      all.push_back(said);
      if (i == kill_after) ::kill(child, SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CAPTURE(WEXITSTATUS(status));
  }

  Opened opened(directory);
  must(opened.store->recover());
  for (const Acknowledged& said : all) {
    if (said.what == Acknowledged::What::queued) {
      CHECK(opened.experiment(said.id).runs.total == kRunsEach);
    } else {
      CHECK(must(opened.reader->run(said.id)).state == RunState::completed);
    }
  }
  const auto experiments = must(opened.reader->experiments(std::nullopt, 10'000)).items;
  CHECK(experiments.size() >= 8);
  for (const ExperimentRecord& record : experiments) {
    std::map<RunState, int64_t> runs;
    for (const RunRow& run : opened.runs(record.id)) ++runs[run.state];
    CHECK(runs[RunState::completed] == record.runs.completed);
    CHECK(runs[RunState::interrupted] == record.runs.interrupted);
    CHECK(runs[RunState::running] == 0);
    CHECK(runs[RunState::queued] + runs[RunState::completed] == kRunsEach);
  }
  complete_all(*opened.store);
  for (const auto& record : must(opened.reader->experiments(std::nullopt, 10'000)).items) {
    CHECK(record.state == ExperimentState::completed);
  }
}
