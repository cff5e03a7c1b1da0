// Files that are present and complete, however this process or the machine ends.
#pragma once

#include <filesystem>

#include "core/database/error.h"

namespace copybench {

StoreResult<void> sync_file(const std::filesystem::path& file);
StoreResult<void> sync_directory(const std::filesystem::path& directory);

enum class Target { replaced, must_not_exist };
// Within one directory; durable when it returns. conflict: the target exists and must not.
StoreResult<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to, Target target);

// full or io, by the errno.
StoreError file_error(const std::string& what, int errno_value);

}  // namespace copybench
