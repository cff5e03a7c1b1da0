#include "core/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/base/owners_rights.h"
#include "core/base/removed_on_signal.h"
#include "core/base/unique_fd.h"
#include "core/database/connection.h"
#include "core/database/durable_file.h"
#include "core/store/files.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

// An empty file in a folder of its own beside the target. SQLite creates its side files in the same folder, where no other
// user can interfere. Removed at destruction.
class TemporaryFile {
 public:
  static StoreResult<TemporaryFile> beside(const fs::path& file) {
    std::string folder = file.string() + ".XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return tl::unexpected(file_error("make a folder beside " + file.string(), errno));
    TemporaryFile made(folder);
    std::vector<std::string> files = with_side_files(made.path());
    files.push_back(folder);  // once it is empty
    made.removed_ = std::make_unique<RemovedOnSignal>(std::move(files));
    const UniqueFd fd(::open(made.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return tl::unexpected(file_error("make a file beside " + file.string(), errno));
    return made;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  TemporaryFile(TemporaryFile&& other) noexcept
      : removed_(std::move(other.removed_)), folder_(std::exchange(other.folder_, {})) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  fs::path path() const { return folder_ / "copy"; }

 private:
  explicit TemporaryFile(fs::path folder) : folder_(std::move(folder)) {}
  std::unique_ptr<RemovedOnSignal> removed_;  // outlives the removal at destruction
  fs::path folder_;
};

StoreResult<std::unique_ptr<DatabaseConnection>> open_source(const fs::path& directory) {
  if (auto there = need_database(directory); !there) return tl::unexpected(there.error());
  auto source = DatabaseConnection::open(database_file(directory), DatabaseConnection::Access::read_only);
  if (!source) return source;
  if (auto known = check_version(**source); !known) return tl::unexpected(known.error());
  return source;
}

StoreResult<void> check_is_free(const fs::path& file) {
  struct stat there {};
  if (::lstat(file.c_str(), &there) != 0) return {};
  return tl::unexpected(StoreError{StoreError::Kind::conflict,
                                   file.string() + " exists, and nothing is overwritten. Name another file."});
}

StoreResult<CopySummary> copy_into(DatabaseConnection& source, const fs::path& file) {
  auto temporary = TemporaryFile::beside(file);
  if (!temporary) return tl::unexpected(temporary.error());
  auto summary = copy_database(source, temporary->path());
  if (!summary) return summary;
  if (auto synced = sync_file(temporary->path()); !synced) return tl::unexpected(synced.error());
  if (auto named = rename_durably(temporary->path(), file, Target::must_not_exist); !named) {
    return tl::unexpected(named.error());
  }
  return summary;
}

}  // namespace

StoreResult<CopySummary> back_up(const fs::path& directory, const fs::path& file) {
  if (!file.has_filename()) {
    return tl::unexpected(StoreError{StoreError::Kind::invalid, fmt::format("\"{}\" names no file.", file.string())});
  }
  const auto from = Folder::open(directory);
  if (!from) {
    auto there = need_database(directory);
    return tl::unexpected(there ? StoreError{StoreError::Kind::io, from.error().message + "."} : there.error());
  }
  const auto into = Folder::open(file.parent_path());
  if (!into) return tl::unexpected(StoreError{StoreError::Kind::io, into.error().message + "."});
  const fs::path target = into->path() / file.filename();
  const auto named = [&](const StoreError& error) {
    return tl::unexpected(StoreError{error.kind, into->with_name(from->with_name(error.message))});
  };

  auto source = [&] {
    const OwnersRights rights(*from);
    return open_source(from->path());
  }();
  if (!source) return named(source.error());
  const OwnersRights rights(*into);
  if (auto is_free = check_is_free(target); !is_free) return named(is_free.error());
  if (auto usable = check_not_own_name(target); !usable) return named(usable.error());
  auto summary = copy_into(**source, target);
  if (!summary) return named(summary.error());
  return summary;
}

}  // namespace copybench
