// The lock on a data directory: a second daemon on the same data must refuse to start.
#pragma once

#include <filesystem>
#include <optional>

#include "core/base/unique_fd.h"
#include "core/database/error.h"

namespace copybench {

// Held until destruction, or until the process ends for any reason. The file stays; the lock is on the file, not its
// existence. The directory is locked too: if the file is removed, no second daemon can start with a new one.
class DataLock {
 public:
  // locked: another process holds it; the message has its pid if known. io: the file cannot be created.
  static StoreResult<DataLock> take(const std::filesystem::path& directory);

  // lost: the file was removed or replaced. io: that cannot be determined.
  std::optional<StoreError> missing() const;

 private:
  DataLock(std::filesystem::path path, UniqueFd directory, UniqueFd file)
      : path_(std::move(path)), directory_(std::move(directory)), file_(std::move(file)) {}

  std::filesystem::path path_;  // of the lock file
  UniqueFd directory_;
  UniqueFd file_;
};

}  // namespace copybench
