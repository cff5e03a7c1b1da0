#include "core/store/reserve_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/unique_fd.h"

namespace copybench {

void ReserveFile::hold() {
  if (held_) return;
  std::error_code failed;
  // Of a daemon before this one.
  struct stat earlier {};
  if (::stat(file_.c_str(), &earlier) == 0 && static_cast<uintmax_t>(earlier.st_blocks) * 512 >= kBytes) {
    held_ = true;
    return;
  }
  const auto disk = std::filesystem::space(file_.parent_path(), failed);
  if (failed || disk.available < 3 * kBytes) return;
  {
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    held_ = fd && ::posix_fallocate(fd.get(), 0, static_cast<off_t>(kBytes)) == 0;
  }
  if (!held_) std::filesystem::remove(file_, failed);
}

bool ReserveFile::give_up() {
  if (!held_) return false;
  held_ = false;
  std::error_code failed;
  return std::filesystem::remove(file_, failed);
}

}  // namespace copybench
