#include "core/database/reserve_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/unique_fd.h"

namespace copybench {

void ReserveFile::hold() {
  if (held_) return;
  std::error_code failed;
  // An earlier daemon may have left the file.
  struct stat earlier {};
  const bool there = ::lstat(file_.c_str(), &earlier) == 0;
  if (there && !S_ISREG(earlier.st_mode)) {
    std::filesystem::remove(file_, failed);
  } else if (there && static_cast<uintmax_t>(earlier.st_blocks) * 512 >= kBytes) {
    held_ = true;
    owed_ = false;
    return;
  }
  const auto disk = std::filesystem::space(file_.parent_path(), failed);
  if (failed || disk.available < (owed_ ? 1 : 3) * kBytes) return;
  {
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640));
    held_ = fd && ::posix_fallocate(fd.get(), 0, static_cast<off_t>(kBytes)) == 0;
  }
  if (held_) owed_ = false;
  if (!held_) std::filesystem::remove(file_, failed);
}

bool ReserveFile::give_up() {
  if (!held_) return false;
  held_ = false;
  owed_ = true;
  std::error_code failed;
  return std::filesystem::remove(file_, failed);
}

}  // namespace copybench
