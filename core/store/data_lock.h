// The lock on a data directory: a second daemon on the same data must refuse to start.
#pragma once

#include <filesystem>
#include <optional>

#include "core/base/unique_fd.h"
#include "core/store/store.h"

namespace copybench {

// Held until destruction, or until the process ends in whatever way. The file stays; the lock is on it, not its being. The
// directory is locked too: where the file is removed, no second daemon gets in by a new one.
class DataLock {
 public:
  // locked: another process has it, and its pid where it can be told. io: the file cannot be made.
  static StoreResult<DataLock> take(const std::filesystem::path& directory);

  // lost: the file was removed or replaced. io: that cannot be told.
  std::optional<StoreError> missing() const;

 private:
  DataLock(std::filesystem::path path, UniqueFd directory, UniqueFd file)
      : path_(std::move(path)), directory_(std::move(directory)), file_(std::move(file)) {}

  std::filesystem::path path_;  // of the file
  UniqueFd directory_;
  UniqueFd file_;
};

}  // namespace copybench
