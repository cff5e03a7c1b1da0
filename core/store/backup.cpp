#include "core/store/backup.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <utility>

#include "core/base/unique_fd.h"
#include "core/store/database_connection.h"
#include "core/store/database_file.h"
#include "core/store/durable.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

// Removed at destruction, unless it has got its final name by then.
class TemporaryFile {
 public:
  static StoreResult<TemporaryFile> beside(const fs::path& file) {
    std::string path = file.string() + ".XXXXXX";
    const UniqueFd fd(::mkstemp(path.data()));
    if (!fd) return tl::unexpected(file_error("make a file beside " + file.string(), errno));
    return TemporaryFile(path);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  const fs::path& path() const { return path_; }
  void renamed() { path_.clear(); }

 private:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

}  // namespace

StoreResult<CopySummary> back_up(const fs::path& directory, const fs::path& file) {
  using Kind = StoreError::Kind;
  const fs::path database = database_file(directory);
  if (auto there = need_database(directory); !there) return tl::unexpected(there.error());
  std::error_code failed;
  if (fs::exists(file, failed)) {
    return tl::unexpected(
        StoreError{Kind::conflict, file.string() + " exists, and nothing is overwritten. Name another file."});
  }
  auto source = DatabaseConnection::open(database, DatabaseConnection::Access::read_only);
  if (!source) return tl::unexpected(source.error());
  if (auto known = check_version(**source); !known) return tl::unexpected(known.error());
  auto temporary = TemporaryFile::beside(file);
  if (!temporary) return tl::unexpected(temporary.error());
  auto summary = copy_database(**source, temporary->path());
  if (!summary) return summary;
  if (auto synced = sync_file(temporary->path()); !synced) return tl::unexpected(synced.error());
  if (auto named = rename_durably(temporary->path(), file, Target::must_not_exist); !named) {
    return tl::unexpected(named.error());
  }
  temporary->renamed();
  return summary;
}

}  // namespace copybench
