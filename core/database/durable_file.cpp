#include "core/database/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/unique_fd.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

StoreResult<void> sync_path(const fs::path& path, int flags) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
  if (!fd || ::fsync(fd.get()) != 0) return tl::unexpected(file_error("sync " + path.string(), errno));
  return {};
}

}  // namespace

StoreError file_error(const std::string& what, int errno_value) {
  const auto kind = errno_value == ENOSPC || errno_value == EDQUOT ? StoreError::Kind::full : StoreError::Kind::io;
  return {kind, system_error(what, errno_value).message + "."};
}

StoreResult<void> sync_file(const fs::path& file) { return sync_path(file, 0); }

StoreResult<void> sync_directory(const fs::path& directory) { return sync_path(directory, O_DIRECTORY); }

StoreResult<void> rename_durably(const fs::path& from, const fs::path& to, Target target) {
  const unsigned flags = target == Target::must_not_exist ? RENAME_NOREPLACE : 0;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0) {
    if (errno == EEXIST) {
      return tl::unexpected(
          StoreError{StoreError::Kind::conflict, to.string() + " exists, and nothing is overwritten. Name another file."});
    }
    return tl::unexpected(file_error("rename " + from.string() + " to " + to.string(), errno));
  }
  return sync_directory(to.has_parent_path() ? to.parent_path() : ".");
}

}  // namespace copybench
