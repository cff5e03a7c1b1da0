#include "core/base/command.h"

#include <doctest/doctest.h>

#include "pipes.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

Result<CommandOutput> shell(const std::string& script) { return run_command({.argv = {"sh", "-c", script}}, 20s); }

}  // namespace

TEST_CASE("a command's output and status are returned") {
  const auto result = shell("echo out; echo err >&2; exit 3");
  REQUIRE(result);
  CHECK(result->out == "out\n");
  CHECK(result->err == "err\n");
  CHECK(result->status.exited);
  CHECK(result->status.code == 3);
  CHECK_FALSE(result->status.success());
  CHECK(result->status.describe() == "exit status 3");
  CHECK(shell("exit 0")->status.success());
}

TEST_CASE("more output than a pipe holds is not lost") {
  const auto result = shell("head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2");
  REQUIRE(result);
  CHECK(result->out.size() == 300'000);
  CHECK(result->err.size() == 200'000);
}

TEST_CASE("a command that writes endlessly is killed: by a size limit on stdout, by the timeout on stderr") {
  const auto out = run_command({.argv = {"sh", "-c", "while :; do echo 0123456789; done"}}, 20s, 100'000);
  REQUIRE_FALSE(out);
  CHECK(out.error().message == "sh wrote more than 100000 bytes and was killed");
  const auto err = run_command({.argv = {"sh", "-c", "while :; do echo 0123456789 >&2; done"}}, 300ms);
  REQUIRE_FALSE(err);
  CHECK(err.error().message == "sh did not end within 0.3 s and was killed");
}

TEST_CASE("a command over its timeout is killed with all its children") {
  auto [read_end, write_end] = pipe_pair();
  // Only the grandchild holds the pipe open.
  const auto result = run_command({.argv = {"sh", "-c", "sleep 1000 & wait"}, .inherit = {{write_end.get(), 3}}}, 50ms);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "sh did not end within 0.1 s and was killed");
  write_end.reset();
  CHECK(wait_for_end(read_end));
}
