#include "core/store/files.h"

namespace copybench {

namespace fs = std::filesystem;

fs::path database_file(const fs::path& directory) { return directory / "copybench.db"; }

std::vector<std::string> with_side_files(const fs::path& database) {
  const std::string file = database.string();
  return {file, file + "-journal", file + "-wal", file + "-shm"};
}

StoreResult<void> check_not_own_name(const fs::path& file) {
  const std::string name = file.filename().string();
  const bool own = name.starts_with("copybench.db") || name == "copybench.lock" || name == "copybench.reserve";
  std::error_code unknown;
  if (!own || !fs::exists(database_file(file.parent_path()), unknown)) return {};
  return tl::unexpected(StoreError{StoreError::Kind::conflict,
                                   file.string() + " is a name that the data directory keeps for itself. Name another file."});
}

StoreResult<void> need_database(const fs::path& directory) {
  std::error_code failed;
  if (fs::exists(database_file(directory), failed)) return {};
  return tl::unexpected(
      StoreError{StoreError::Kind::not_found, "There is no database in " + directory.string() +
                                                  ". Name its folder with --data-dir; the service's is /var/lib/copybench."});
}

}  // namespace copybench
