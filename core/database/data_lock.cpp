#include "core/database/data_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/database/durable_file.h"

namespace copybench {
namespace {

std::string holder_of(int fd) {
  char digits[32] = {};
  const ssize_t count = ::pread(fd, digits, sizeof digits - 1, 0);
  const int pid = count > 0 ? std::atoi(digits) : 0;
  return pid > 0 ? fmt::format("process {}", pid) : "another process";
}

tl::unexpected<StoreError> no_lock(const std::string& path, int errno_value) {
  return tl::unexpected(StoreError{StoreError::Kind::io, system_error("lock " + path, errno_value).message + "."});
}

}  // namespace

StoreResult<DataLock> DataLock::take(const std::filesystem::path& directory) {
  const std::string path = directory / "copybench.lock";
  UniqueFd folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return tl::unexpected(file_error("open " + directory.string(), errno));
  // O_NONBLOCK: open() never waits, whatever kind of file has this name.
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  if (!fd) return tl::unexpected(file_error("open " + path, errno));
  const auto in_use = [&] {
    return tl::unexpected(
        StoreError{StoreError::Kind::locked,
                   fmt::format("The data in {} is in use by {}. End that copybenchd, or name another data directory.",
                               directory.string(), holder_of(fd.get()))});
  };
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return in_use();
    return no_lock(path, errno);
  }
  // Some file systems cannot lock a folder (EBADF, ENOLCK, EOPNOTSUPP). There the lock on the file must suffice.
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return in_use();
  // The pid serves only that message. The lock holds without it.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) == 0) [[maybe_unused]]
    const ssize_t written = ::pwrite(fd.get(), pid.data(), pid.size(), 0);
  return DataLock(path, std::move(folder), std::move(fd));
}

std::optional<StoreError> DataLock::missing() const {
  struct stat held {}, shown {};
  if (::fstat(file_.get(), &held) != 0) return file_error("look at " + path_.string(), errno);
  const bool there = ::lstat(path_.c_str(), &shown) == 0;
  if (!there && errno != ENOENT && errno != ENOTDIR) return file_error("look at " + path_.string(), errno);
  if (there && held.st_dev == shown.st_dev && held.st_ino == shown.st_ino) return std::nullopt;
  return StoreError{StoreError::Kind::lost,
                    fmt::format("The lock {} was {} while it was in use: nothing keeps another program from the data. Nothing "
                                "more is stored. Restart copybenchd, which makes it anew.",
                                path_.string(), there ? "replaced" : "removed")};
}

}  // namespace copybench
