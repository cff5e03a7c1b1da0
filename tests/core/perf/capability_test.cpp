#include "core/perf/capability.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace copybench;

namespace {

// A stand-in for a perf that this machine does not have: an old one, a forbidden one, a wrapper without its program.
class FakePerf {
 public:
  explicit FakePerf(const std::string& script) {
    char folder[] = "/tmp/copybench-perf-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    folder_ = folder;
    std::ofstream(path()) << "#!/bin/sh\n" << script << "\n";
    REQUIRE(::chmod(path().c_str(), 0755) == 0);
  }
  FakePerf(const FakePerf&) = delete;
  FakePerf& operator=(const FakePerf&) = delete;
  ~FakePerf() {
    ::unlink(path().c_str());
    ::rmdir(folder_.c_str());
  }
  std::string path() const { return folder_ + "/perf"; }

 private:
  std::string folder_;
};

}  // namespace

TEST_CASE("what the perf of this machine can count") {
  PerfProbe probe("perf");
  const auto& perf = probe.availability();
  if (!perf.usable) {
    MESSAGE("perf may not count here: " << perf.reason << "; remedy: " << perf.remedy);
    CHECK_FALSE(perf.reason.empty());
    CHECK_FALSE(perf.remedy.empty());
    CHECK_FALSE(probe.support({"task-clock"}).front().works);
    return;
  }
  CHECK(perf.path.front() == '/');
  CHECK_FALSE(perf.version.empty());
  const auto support = probe.support({"task-clock", "no-such-event-of-copybench", "cpu-cycles", "-a", "task-clock"});
  REQUIRE(support.size() == 5);
  CHECK(support[0].event == "task-clock");
  CHECK(support[0].works);
  CHECK(support[0].accepted);
  CHECK_FALSE(support[1].works);
  CHECK_FALSE(support[1].accepted);
  CHECK(support[1].reason.starts_with("unknown to perf: "));
  CHECK(support[2].accepted);
  CHECK(support[2].works == support[2].reason.empty());
  CHECK_FALSE(support[3].accepted);
  CHECK(support[3].reason == "no event's name: it must begin with a letter");
  CHECK(support[4].works);
}

TEST_CASE("no perf") {
  PerfProbe probe("no-such-perf-of-copybench");
  CHECK_FALSE(probe.availability().usable);
  CHECK(probe.availability().path.empty());
  CHECK(probe.availability().reason == "there is no program no-such-perf-of-copybench");
  CHECK(probe.availability().remedy == "sudo apt-get install linux-perf");
  const auto support = probe.support({"cycles"});
  CHECK_FALSE(support[0].works);
  CHECK(support[0].reason == probe.availability().reason);
}

TEST_CASE("a wrapper without the perf of this kernel") {
  const FakePerf fake("echo 'WARNING: perf not found for kernel 6.8.0-31' >&2; exit 2");
  PerfProbe probe(fake.path());
  CHECK_FALSE(probe.availability().usable);
  CHECK(probe.availability().reason == "WARNING: perf not found for kernel 6.8.0-31");
}

TEST_CASE("a perf without the control channel") {
  const FakePerf fake("echo perf version 4.19.304");
  PerfProbe probe(fake.path());
  CHECK_FALSE(probe.availability().usable);
  CHECK(probe.availability().version == "4.19.304");
  CHECK(probe.availability().reason.find("too old") != std::string::npos);
}

TEST_CASE("a perf without JSON is asked for CSV") {
  const FakePerf fake(R"(
case "$*" in
  --version) echo perf version 5.10.209;;
  *" -j "*) echo ' Error: unknown switch `j'"'" >&2; exit 129;;
  *) echo '0.40,msec,task-clock,403041,100.00,,' >&3; echo '1,,context-switches,403041,100.00,,' >&3;;
esac)");
  PerfProbe probe(fake.path());
  CHECK(probe.availability().usable);
  CHECK_FALSE(probe.availability().json);
  CHECK(probe.support({"task-clock"}).front().works);
}

TEST_CASE("a perf that may count user space only is usable, with a warning") {
  const FakePerf fake(R"(
case "$*" in
  --version) echo perf version 6.1.0;;
  *) echo '0.40,msec,task-clock:u,403041,100.00,,' >&3; echo '0,,context-switches:u,403041,100.00,,' >&3;;
esac)");
  PerfProbe probe(fake.path());
  CHECK(probe.availability().usable);
  CHECK(probe.availability().user_space_only);
  CHECK_FALSE(probe.availability().reason.empty());
  CHECK(probe.availability().remedy == "sudo sysctl kernel.perf_event_paranoid=1");
}

TEST_CASE("a perf that is refused by the kernel") {
  const FakePerf fake(R"(
case "$*" in
  --version) echo perf version 6.1.0;;
  *) printf 'Error:\nAccess to performance monitoring and observability operations is limited.\n' >&2; exit 255;;
esac)");
  PerfProbe probe(fake.path());
  CHECK_FALSE(probe.availability().usable);
  CHECK_FALSE(probe.availability().reason.empty());
  CHECK_FALSE(probe.availability().remedy.empty());
}

TEST_CASE("who holds quiet is not disturbed by others' questions") {
  PerfProbe probe("/nonexistent/perf");
  CHECK(probe.support_without_disturbing({"task-clock"}).size() == 1);
  {
    const PerfProbe::Quiet quiet(probe);
    const auto known = probe.support_without_disturbing({"page-faults", "task-clock"});
    REQUIRE(known.size() == 1);
    CHECK(known[0].event == "task-clock");
    CHECK(probe.support({"instructions"}).size() == 1);  // who measures may ask
  }
  CHECK(probe.support_without_disturbing({"page-faults"}).size() == 1);
}
