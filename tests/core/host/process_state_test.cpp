#include "core/host/process_state.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/subprocess.h"

using namespace copybench;

TEST_CASE("a stopped process is distinguished from a running one, and its parent knows it") {
  SubprocessOptions options;
  options.argv = {"sleep", "60"};
  auto sleeper = Subprocess::spawn(options);
  REQUIRE(sleeper);
  CHECK(process_state(sleeper->pid()) != 'T');
  const auto children = children_of(::getpid());
  CHECK(std::count(children.begin(), children.end(), sleeper->pid()) == 1);

  REQUIRE(::kill(sleeper->pid(), SIGSTOP) == 0);
  siginfo_t info = {};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(sleeper->pid()), &info, WSTOPPED | WNOWAIT) == 0);
  CHECK(process_state(sleeper->pid()) == 'T');

  const pid_t pid = sleeper->pid();
  sleeper->kill_and_reap();
  CHECK_FALSE(process_state(pid));
  CHECK(children_of(pid).empty());
}
