#include "core/run/worker_group.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/wire/orders.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// A child that runs a shell script.
Worker worker(const std::string& name, const std::string& script) {
  SubprocessOptions options;
  options.argv = {"sh", "-c", script};
  auto spawned = Worker::spawn(name, options);
  REQUIRE_MESSAGE(spawned, spawned.error().message);
  return std::move(*spawned);
}

constexpr const char* kSleeps = "exec sleep 60";
constexpr const char* kReady = R"(echo '{"report":"ready","port":7}'; exec sleep 60)";

Interruption interruption() {
  auto created = Interruption::create();
  REQUIRE(created);
  return std::move(*created);
}

void stop(Worker& worker) {
  REQUIRE(::kill(worker.process().pid(), SIGSTOP) == 0);
  siginfo_t info = {};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(worker.process().pid()), &info, WSTOPPED | WNOWAIT) == 0);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the expected report is returned") {
  Interruption word = interruption();
  Worker engine = worker("engine", kReady);
  WorkerGroup workers(word);
  workers.join(engine);
  const auto ready = workers.await(engine, report::kReady, 10s);
  REQUIRE(ready);
  CHECK((*ready)["port"] == 7);
}

TEST_CASE("a child's death fails the run with its last words, whichever child was awaited") {
  Interruption word = interruption();
  Worker engine = worker("engine", "echo 'it hurts' >&2; kill -SEGV $$");
  Worker load = worker("load", kSleeps);
  WorkerGroup workers(word);
  workers.join(engine);
  workers.join(load);
  const auto ready = workers.await(load, report::kReady, 10s);
  REQUIRE_FALSE(ready);
  const auto* failed = std::get_if<Failed>(&ready.error());
  REQUIRE(failed);
  CHECK_MESSAGE(has(failed->reason, "the engine ended before its time (killed by signal 11"), failed->reason);
  CHECK_MESSAGE(has(failed->reason, "the engine said: it hurts"), failed->reason);
}

TEST_CASE("a child that reports nothing in time times out, and its last words are reported") {
  Interruption word = interruption();
  Worker engine = worker("engine", "echo 'slow today' >&2; exec sleep 60");
  WorkerGroup workers(word);
  workers.join(engine);
  const auto ready = workers.await(engine, report::kReady, 300ms);
  REQUIRE_FALSE(ready);
  const auto* late = std::get_if<TimedOut>(&ready.error());
  REQUIRE(late);
  CHECK_MESSAGE(has(late->reason, "no report `ready` from the engine within 0.3 s"), late->reason);
  CHECK_MESSAGE(has(late->reason, "the engine said: slow today"), late->reason);
}

TEST_CASE("a stopped child is a timeout, also if another one failed because of it") {
  Interruption word = interruption();
  Worker engine = worker("engine", kSleeps);
  Worker load = worker("load", "read go; echo 'nobody greets me' >&2; exit 1");
  WorkerGroup workers(word);
  workers.join(engine);
  workers.join(load);
  stop(engine);
  REQUIRE(load.give_order("go"));
  const auto ready = workers.await(load, report::kReady, 10s);
  REQUIRE_FALSE(ready);
  const auto* late = std::get_if<TimedOut>(&ready.error());
  REQUIRE(late);
  CHECK_MESSAGE(has(late->reason, "the load said: nobody greets me"), late->reason);
  CHECK_MESSAGE(has(late->reason, "the engine was stopped by a signal"), late->reason);
}

TEST_CASE("an order to a dead child reports its death") {
  Interruption word = interruption();
  Worker engine = worker("engine", "exit 3");
  WorkerGroup workers(word);
  workers.join(engine);
  const auto outcome = workers.broken("the engine takes no orders any more");
  const auto* failed = std::get_if<Failed>(&outcome);
  REQUIRE(failed);
  CHECK_MESSAGE((has(failed->reason, "exit status 3") || has(failed->reason, "no orders")), failed->reason);
}

TEST_CASE("the ends are awaited in order, within a limit, and not past a cancellation") {
  Interruption word = interruption();
  Worker ends = worker("load", "exit 0");
  Worker fails = worker("load", "exit 4");
  Worker stays = worker("engine", kSleeps);
  WorkerGroup workers(word);
  workers.join(ends);
  CHECK(workers.await_end(ends, 10s));
  workers.join(fails);
  const auto failed = workers.await_end(fails, 10s);
  REQUIRE_FALSE(failed);
  CHECK(has(std::get<Failed>(failed.error()).reason, "the load ended with exit status 4"));

  WorkerGroup other(word);
  other.join(stays);
  const auto late = other.await_end(stays, 100ms);
  REQUIRE_FALSE(late);
  CHECK(has(std::get<TimedOut>(late.error()).reason, "the engine had not ended 0.1 s after its result"));
  word.raise(Interruption::Kind::cancel);
  const auto cancelled = other.await_end(stays, 10s);
  REQUIRE_FALSE(cancelled);
  CHECK(std::holds_alternative<Cancelled>(cancelled.error()));
}
