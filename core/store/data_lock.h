// The lock on a data directory: a second daemon on the same data must refuse to start.
#pragma once

#include <filesystem>

#include "core/base/unique_fd.h"
#include "core/store/store.h"

namespace copybench {

// Held until destruction, or until the process ends in whatever way. The file stays; the lock is on it, not its being.
class DataLock {
 public:
  // locked: another process has it, and its pid where it can be told. io: the file cannot be made.
  static StoreResult<DataLock> take(const std::filesystem::path& directory);

 private:
  explicit DataLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace copybench
