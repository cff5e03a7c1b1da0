#include "core/base/removed_on_signal.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace copybench;
namespace fs = std::filesystem;

namespace {

// Returns the wait status of a child that guards the files and raises the signal. It exits with 7 if it survives.
int status_of_child(int signal, const std::vector<std::string>& paths, bool ignored) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(signal, ignored ? SIG_IGN : SIG_DFL);  // not the test framework's handler, which would report a crash
    const RemovedOnSignal removed(paths);
    ::raise(signal);
    ::_exit(7);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a signal removes unfinished files, and ends the process as it would without") {
  std::string folder = (fs::temp_directory_path() / "copybench-signal-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    for (const bool ignored : {false, true}) {
      CAPTURE(signal);
      CAPTURE(ignored);
      const fs::path inner = fs::path(folder) / "inner", file = inner / "copy";
      fs::create_directory(inner);
      std::ofstream(file) << "half";
      const int status = status_of_child(signal, {file.string(), (inner / "never-made").string(), inner.string()}, ignored);
      CHECK(fs::exists(file) == ignored);
      CHECK(fs::exists(inner) == ignored);
      CHECK(WIFSIGNALED(status) == !ignored);
      if (WIFSIGNALED(status)) CHECK(WTERMSIG(status) == signal);
    }
  }
  fs::remove_all(folder);
}

TEST_CASE("a later signal leaves finished files alone") {
  std::string file = (fs::temp_directory_path() / "copybench-signal-XXXXXX").string();
  const int fd = ::mkstemp(file.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGTERM, SIG_DFL);  // the test framework's handler would report a crash
    { const RemovedOnSignal removed({file}); }
    ::raise(SIGTERM);
    ::_exit(7);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(fs::remove(file));
}
