#include "daemon/stage_hook.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "core/base/unique_fd.h"

using namespace copybench;

TEST_CASE("the hook reports the stage and waits for a word or the stream's end") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const auto hook = stage_hook(ours.get());
  std::thread run([&] {
    hook({"window", 12, 34});
    hook({"drain", 12, 34});
  });
  char told[64];
  const std::string first = "window 12 34\n";
  REQUIRE(::read(theirs.get(), told, sizeof told) == static_cast<ssize_t>(first.size()));
  CHECK(std::string(told, first.size()) == first);
  REQUIRE(::write(theirs.get(), "\n", 1) == 1);
  const std::string second = "drain 12 34\n";
  REQUIRE(::read(theirs.get(), told, sizeof told) == static_cast<ssize_t>(second.size()));
  theirs.reset();
  run.join();
}

TEST_CASE("without a stream there is no hook") { CHECK_FALSE(stage_hook(-1)); }
