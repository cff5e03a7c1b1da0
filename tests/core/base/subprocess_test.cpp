#include "core/base/subprocess.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/base/command.h"
#include "pipes.h"

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("death by a signal is distinguished from an exit status") {
  const auto result = run_command({.argv = {"sh", "-c", "kill -TERM $$"}}, 20s);
  REQUIRE(result);
  CHECK_FALSE(result->status.exited);
  CHECK(result->status.signal == SIGTERM);
  CHECK(result->status.describe() == "killed by signal 15 (Terminated)");
}

TEST_CASE("a program that cannot be executed is an error with exec's reason") {
  CHECK(Subprocess::spawn({.argv = {"no-such-program-of-copybench"}}).error().message ==
        "cannot start no-such-program-of-copybench: there is no such program in PATH");
  CHECK(Subprocess::spawn({.argv = {"/nowhere/at-all"}}).error().message ==
        "cannot start /nowhere/at-all: No such file or directory");
  CHECK(Subprocess::spawn({.argv = {"/etc/passwd"}}).error().message == "cannot start /etc/passwd: Permission denied");
  CHECK_FALSE(Subprocess::spawn({}));
}

TEST_CASE("programs are found along PATH, as by the shell") {
  const auto found = find_program("sh");
  REQUIRE(found);
  CHECK(found->front() == '/');
  CHECK(find_program(*found) == found);
  CHECK_FALSE(find_program("no-such-program-of-copybench"));
  CHECK_FALSE(find_program("/etc"));
  CHECK_FALSE(find_program(""));
}

TEST_CASE("lines go in, lines come out, and the child sees the end of stdin") {
  auto child = Subprocess::spawn({.argv = {"cat"}});
  REQUIRE(child);
  REQUIRE(::write(child->stdin_pipe().get(), "one\ntwo\n", 8) == 8);
  CHECK(read_line(child->stdout_pipe()) == "one");
  CHECK(read_line(child->stdout_pipe()) == "two");
  CHECK_FALSE(child->wait(0ns));
  child->stdin_pipe().reset();
  const auto status = child->wait(20s);
  REQUIRE(status);
  CHECK(status->success());
  CHECK(child->wait(0ns)->success());  // queried again after the status was collected
  child->signal_group(SIGKILL);        // the pid may be reused by now: no signal is sent
}

TEST_CASE("the pidfd is readable once the child has ended") {
  auto child = Subprocess::spawn({.argv = {"cat"}});
  REQUIRE(child);
  pollfd entry{child->pidfd(), POLLIN, 0};
  CHECK(::poll(&entry, 1, 0) == 0);
  child->stdin_pipe().reset();
  CHECK(::poll(&entry, 1, 20'000) == 1);
}

TEST_CASE("the destructor leaves no orphan") {
  auto [read_end, write_end] = pipe_pair();
  {
    auto child =
        Subprocess::spawn({.argv = {"sh", "-c", "sleep 1000 & echo ready; wait"}, .inherit = {{write_end.get(), 3}}});
    REQUIRE(child);
    write_end.reset();
    CHECK(read_line(child->stdout_pipe()) == "ready");
  }
  CHECK(wait_for_end(read_end));
}

TEST_CASE("a child's end kills the rest of its group") {
  auto [read_end, write_end] = pipe_pair();
  auto child = Subprocess::spawn({.argv = {"sh", "-c", "sleep 1000 & exit 4"}, .inherit = {{write_end.get(), 3}}});
  REQUIRE(child);
  write_end.reset();
  const auto status = child->wait(20s);
  REQUIRE(status);
  CHECK(status->code == 4);
  CHECK(wait_for_end(read_end));
}

TEST_CASE("a moved-to object owns the child") {
  auto first = Subprocess::spawn({.argv = {"cat"}});
  REQUIRE(first);
  Subprocess second = std::move(*first);
  CHECK(first->pid() == -1);
  CHECK_FALSE(first->wait(0ns));
  CHECK_FALSE(second.wait(0ns));
  auto third = Subprocess::spawn({.argv = {"cat"}});
  REQUIRE(third);
  second = std::move(*third);  // ends the first cat
  const auto status = second.kill_and_reap();
  CHECK(status.signal == SIGKILL);
  CHECK(second.kill_and_reap().signal == SIGKILL);
}

TEST_CASE("signals reach the whole group") {
  auto child = Subprocess::spawn({.argv = {"sh", "-c", "trap 'exit 7' INT; echo ready; sleep 1000 & wait"}});
  REQUIRE(child);
  CHECK(read_line(child->stdout_pipe()) == "ready");
  child->signal_group(SIGINT);
  const auto status = child->wait(20s);
  REQUIRE(status);
  CHECK(status->code == 7);
}

TEST_CASE("inherited descriptors get their numbers, even where sources and targets cross") {
  auto [read_a, write_a] = pipe_pair();
  auto [read_b, write_b] = pipe_pair();
  auto [read_c, write_c] = pipe_pair();
  const int b = write_b.get();
  const int c = write_c.get();
  REQUIRE(b > 2);
  // a moves to b's number, b to c's, c to a's.
  const int a = write_a.get();
  const auto script =
      "echo a >&" + std::to_string(b) + "; echo b >&" + std::to_string(c) + "; echo c >&" + std::to_string(a);
  const auto result = run_command({.argv = {"bash", "-c", script}, .inherit = {{a, b}, {b, c}, {c, a}}}, 20s);
  REQUIRE(result);
  CHECK(result->err == "");
  write_a.reset();
  write_b.reset();
  write_c.reset();
  CHECK(read_all(read_a) == "a\n");
  CHECK(read_all(read_b) == "b\n");
  CHECK(read_all(read_c) == "c\n");
}

TEST_CASE("a descriptor that is not open is an error") {
  const auto result = Subprocess::spawn({.argv = {"true"}, .inherit = {{1'000'000, 3}}});
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("Bad file descriptor") != std::string::npos);
}

TEST_CASE("the child inherits only the descriptors meant for it") {
  const UniqueFd careless(::open("/dev/null", O_RDONLY));  // as a library would open it
  auto [read_end, write_end] = pipe_pair();
  const auto result = run_command({.argv = {"ls", "/proc/self/fd"}, .inherit = {{write_end.get(), 9}}}, 20s);
  REQUIRE(result);
  CHECK(result->out == "0\n1\n2\n3\n9\n");  // 3 is ls reading the folder
}

TEST_CASE("a child runs in the root folder with its own umask, and relative programs still start") {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path("/bin");
  const auto result = run_command({.argv = {"./sh", "-c", "pwd; umask"}}, 20s);
  std::filesystem::current_path(before);
  REQUIRE(result);
  CHECK(result->out == "/\n0077\n");
}

TEST_CASE("the service manager's variables are not passed on") {
  const std::vector<const char*> secrets{"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS",
                                         "STATE_DIRECTORY", "COPYBENCH_TOKEN_FILE", "LD_PRELOAD_X", "AWS_SECRET"};
  for (const char* name : secrets) ::setenv(name, "x", 1);
  const auto result = run_command({.argv = {"env"}}, 20s);
  for (const char* name : secrets) ::unsetenv(name);
  REQUIRE(result);
  CHECK(result->out.find("PATH=") != std::string::npos);
  for (const char* name : secrets) CHECK(result->out.find(name) == std::string::npos);
}

TEST_CASE("the child's environment is ours plus additions") {
  ::setenv("TEST_OF_COPYBENCH_KEPT", "kept", 1);
  ::setenv("TEST_OF_COPYBENCH_REPLACED", "old", 1);
  const auto result = run_command({.argv = {"sh", "-c", "echo $TEST_OF_COPYBENCH_KEPT $TEST_OF_COPYBENCH_REPLACED $NEW_ONE"},
                                   .environment = {{"TEST_OF_COPYBENCH_REPLACED", "new"}, {"NEW_ONE", "here"}}},
                                  20s);
  REQUIRE(result);
  CHECK(result->out == "kept new here\n");
}

TEST_CASE("signals that we ignore or block work in the child") {
  struct sigaction ignore = {};
  struct sigaction before = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  sigset_t blocked;
  sigset_t mask;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &mask);
  const auto status = run_command({.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}}, 20s);
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, &mask, &now);
  ::sigaction(SIGPIPE, &before, nullptr);
  REQUIRE(status);
  CHECK(status->out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  CHECK(::sigismember(&now, SIGTERM) == 1);  // our own mask is unchanged
}

TEST_CASE("the child leads a process group of its own and dies with the thread that spawned it") {
  auto ends = pipe_pair();
  std::optional<Subprocess> child;
  std::string group;
  std::thread([&] {
    auto spawned = Subprocess::spawn(
        {.argv = {"sh", "-c", "cut -d' ' -f5 /proc/$$/stat; read line"}, .inherit = {{ends.second.get(), 3}}});
    if (!spawned) return;
    child.emplace(std::move(*spawned));
    group = read_line(child->stdout_pipe());
  }).join();
  REQUIRE(child);
  CHECK(std::stoi(group) == child->pid());
  CHECK(child->pid() != ::getpgrp());
  const auto status = child->wait(20s);
  REQUIRE(status);
  CHECK(status->signal == SIGKILL);
}

TEST_CASE("several threads may spawn at once") {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&good, i] {
      for (int round = 0; round < 10; ++round) {
        const auto wanted = std::to_string(i * 100 + round);
        const auto result = run_command({.argv = {"echo", wanted}}, 20s);
        if (result && result->out == wanted + "\n") ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 40);
}
