#include "core/database/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/store/fixture.h"

using namespace copybench;

TEST_CASE("a lock has one holder, who is named, until it is released") {
  TemporaryDirectory directory;
  {
    const auto lock = DataLock::take(directory.path());
    REQUIRE(lock);
    const auto second = DataLock::take(directory.path());
    REQUIRE(kind_of(second) == StoreError::Kind::locked);
    CHECK(second.error().message.find(fmt::format("process {}", ::getpid())) != std::string::npos);
  }
  CHECK(DataLock::take(directory.path()));
}

TEST_CASE("a missing directory cannot be locked") {
  CHECK(kind_of(DataLock::take("/no/such/directory")) == StoreError::Kind::io);
}

TEST_CASE("children do not inherit the lock's file") {
  TemporaryDirectory directory;
  const auto lock = DataLock::take(directory.path());
  REQUIRE(lock);
  bool found = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code failed;
    if (std::filesystem::read_symlink(entry.path(), failed) != directory.path() / "copybench.lock") continue;
    found = true;
    CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(found);
}
