#include "core/store/data_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace copybench {
namespace {

std::string holder_of(int fd) {
  char digits[32] = {};
  const ssize_t count = ::pread(fd, digits, sizeof digits - 1, 0);
  const int pid = count > 0 ? std::atoi(digits) : 0;
  return pid > 0 ? fmt::format("process {}", pid) : "another process";
}

}  // namespace

StoreResult<DataLock> DataLock::take(const std::filesystem::path& directory) {
  const std::string path = directory / "copybench.lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) {
    return tl::unexpected(StoreError{StoreError::Kind::io, system_error("open " + path, errno).message + "."});
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return tl::unexpected(StoreError{StoreError::Kind::io, system_error("lock " + path, errno).message + "."});
    }
    return tl::unexpected(
        StoreError{StoreError::Kind::locked,
                   fmt::format("The data in {} is in use by {}. End that copybenchd, or name another data directory.",
                               directory.string(), holder_of(fd.get()))});
  }
  // The pid is for that message alone: a lock without it is a lock.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) == 0) [[maybe_unused]]
    const ssize_t written = ::pwrite(fd.get(), pid.data(), pid.size(), 0);
  return DataLock(std::move(fd));
}

}  // namespace copybench
