#include "core/perf/capability.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "core/base/json.h"
#include "core/base/unique_fd.h"

using namespace copybench;

namespace {

// A stand-in for a perf that this machine lacks: an old one, a forbidden one, a wrapper without its program.
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

TEST_CASE("the events that this machine's perf can count") {
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
  // The administrator named this perf: installing another would not help.
  CHECK(probe.availability().remedy.starts_with("copybenchd serve --perf perf"));
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

TEST_CASE("a perf that does not come to an end is not to be installed, nor to be permitted") {
  // Ended by the limit of its output, which is sooner reached than that of its time.
  const FakePerf endless("exec yes");
  PerfProbe probe(endless.path());
  CHECK_FALSE(probe.availability().usable);
  CHECK(probe.availability().reason.find("was killed") != std::string::npos);
  CHECK(probe.availability().remedy.starts_with(endless.path() + " --version    # shows where it hangs"));
  const FakePerf counts_endlessly("[ \"$1\" = --version ] && echo perf version 6.1.0 && exit; exec yes");
  PerfProbe stat_probe(counts_endlessly.path());
  CHECK_FALSE(stat_probe.availability().usable);
  CHECK(stat_probe.availability().reason.find("was killed") != std::string::npos);
  CHECK(stat_probe.availability().remedy.starts_with(counts_endlessly.path() + " stat true    # shows where it hangs"));
}

TEST_CASE("Ubuntu's wrapper names the package of the kernel that runs: its message and that package are told") {
  const FakePerf fake(R"(cat >&2 <<'END'
WARNING: perf not found for kernel 6.8.0-31

  You may need to install the following packages for this specific kernel:
    linux-tools-6.8.0-31-generic
    linux-cloud-tools-6.8.0-31-generic

  You may also want to install one of the following packages to keep up to date:
    linux-tools-generic
    linux-cloud-tools-generic
END
exit 2)");
  PerfProbe probe(fake.path());
  const auto& perf = probe.availability();
  CHECK_FALSE(perf.usable);
  CHECK(perf.reason.starts_with("WARNING: perf not found for kernel 6.8.0-31 You may need to install"));
  CHECK(perf.reason.find("linux-tools-6.8.0-31-generic") != std::string::npos);
  CHECK(perf.remedy == "sudo apt-get install linux-tools-6.8.0-31-generic");
}

TEST_CASE("perf is installed by the distribution's own command") {
  CHECK(how_to_install_perf("NAME=x\nID=debian\n", "") == "sudo apt-get install linux-perf");
  CHECK(how_to_install_perf("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "") ==
        "sudo apt-get install linux-tools-common linux-tools-generic");
  CHECK(how_to_install_perf("ID=fedora", "") == "sudo dnf install perf");
  CHECK(how_to_install_perf("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "") == "sudo dnf install perf");
  CHECK(how_to_install_perf("ID=arch\n", "") == "sudo pacman -S perf");
  CHECK_FALSE(how_to_install_perf("", "").empty());
  CHECK(how_to_install_perf("ID=ubuntu", "linux-tools-6.8.0-31$(reboot)") == "sudo apt-get install linux-tools-6.8.0-31");
}

TEST_CASE("a perf whose output is not text is reported as text") {
  const FakePerf fake("printf '\\377\\033[2J' >&2; exit 1");
  PerfProbe probe(fake.path());
  CHECK_NOTHROW(static_cast<void>(Json(probe.availability().reason).dump()));
}

TEST_CASE("a perf without the control channel") {
  const FakePerf fake("echo perf version 4.19.304");
  PerfProbe probe(fake.path());
  CHECK_FALSE(probe.availability().usable);
  CHECK(probe.availability().version == "4.19.304");
  CHECK(probe.availability().reason.find("too old") != std::string::npos);
}

TEST_CASE("a perf without JSON gets asked for CSV") {
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

TEST_CASE("a perf that the kernel denies counting") {
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

TEST_CASE("others' probes do not disturb the holder of quiet") {
  PerfProbe probe("/nonexistent/perf");
  CHECK(probe.support_without_disturbing({"task-clock"}).size() == 1);
  {
    const PerfProbe::Quiet quiet(probe);
    const auto known = probe.support_without_disturbing({"page-faults", "task-clock"});
    CHECK(known.size() == 2);  // without perf no probe is needed
    CHECK(probe.support({"instructions"}).size() == 1);  // the measuring side may probe
  }
  CHECK(probe.support_without_disturbing({"page-faults"}).size() == 1);
}

namespace {

// Counts task-clock only, rejects all other events by name, and logs a line for each call that names one.
std::string picky_perf(const std::string& log) {
  return R"(
[ "$1" = --version ] && { echo perf version 6.1.0; exit; }
echo asked >>)" + log + R"(
last=
for word; do
  if [ "$last" = -e ] && [ "$word" != task-clock ] && [ "$word" != context-switches ]; then
    echo "event syntax error: '$word'" >&2; echo '   \___ parser error' >&2; exit 129
  fi
  last=$word
done
for event in task-clock context-switches; do
  echo '{"counter-value" : "1", "unit" : "", "event" : "'$event'", "event-runtime" : 4, "pcnt-running" : 100.00}' >&3
done)";
}

int64_t lines_of(const std::string& path) {
  std::ifstream file(path);
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

}  // namespace

TEST_CASE("while quiet is held known answers are returned, and nothing is probed") {
  char log[] = "/tmp/copybench-log-XXXXXX";
  const UniqueFd file(::mkstemp(log));
  REQUIRE(file);
  const FakePerf fake(picky_perf(log));
  PerfProbe probe(fake.path());
  CHECK(probe.support_without_disturbing({"task-clock"}).size() == 1);
  const PerfProbe::Quiet quiet(probe);
  const int64_t before = lines_of(log);
  const auto known = probe.support_without_disturbing({"page-faults", "task-clock", "-a"});
  REQUIRE(known.size() == 2);
  CHECK(known[0].event == "task-clock");
  CHECK(known[1].event == "-a");
  CHECK(lines_of(log) == before);
  ::unlink(log);
}

TEST_CASE("others' probes start few perfs, however many events they name, and are then answered from memory") {
  char log[] = "/tmp/copybench-log-XXXXXX";
  const UniqueFd file(::mkstemp(log));
  REQUIRE(file);
  const FakePerf fake(picky_perf(log));
  PerfProbe probe(fake.path());
  REQUIRE_MESSAGE(probe.availability().usable, probe.availability().reason);
  std::vector<std::string> unknown;
  for (int i = 0; i < 32; ++i) unknown.push_back("no-such-event-" + std::to_string(i));
  const int64_t before = lines_of(log);
  const auto first = probe.support_without_disturbing(unknown);
  CHECK(lines_of(log) - before == PerfProbe::kMostForOthers);
  CHECK(first.size() == PerfProbe::kMostForOthers);
  for (const auto& event : first) CHECK(event.reason.starts_with("unknown to perf: "));
  CHECK(probe.support_without_disturbing({unknown[0]}).size() == 1);
  CHECK(lines_of(log) - before == PerfProbe::kMostForOthers);
  // The measuring side gets a reading for each.
  const auto all = probe.support(unknown);
  CHECK(all.size() == unknown.size());
  CHECK(probe.support({"task-clock"}).front().works);
  ::unlink(log);
}

TEST_CASE("the measuring side waits at most for one perf that has begun, and answers arrive meanwhile") {
  char log[] = "/tmp/copybench-log-XXXXXX";
  const UniqueFd file(::mkstemp(log));
  REQUIRE(file);
  const FakePerf fake(picky_perf(log));
  PerfProbe probe(fake.path());
  REQUIRE(probe.availability().usable);
  std::atomic<bool> over{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&, i] {
      for (int k = 0; !over; ++k) {
        std::vector<std::string> events;
        for (int n = 0; n < 32; ++n) events.push_back("e" + std::to_string(i) + "-" + std::to_string(k) + "-" + std::to_string(n));
        probe.support_without_disturbing(events);
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    const PerfProbe::Quiet quiet(probe);
    // Nobody else starts perf from here on.
    const int64_t before = lines_of(log);
    CHECK(probe.support({"task-clock"}).front().works);
    CHECK(lines_of(log) - before <= 1);
  }
  over = true;
  for (auto& other : others) other.join();
  ::unlink(log);
}
