#include "core/store/restore.h"

#include <errno.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "core/base/owners_rights.h"
#include "core/base/removed_on_signal.h"
#include "core/database/connection.h"
#include "core/database/data_lock.h"
#include "core/database/durable_file.h"
#include "core/store/files.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;
using Kind = StoreError::Kind;
using Access = DatabaseConnection::Access;

constexpr std::string_view kPrepared = "copybench.db.restored-";  // followed by the date
constexpr const char* kUnfinished = "copybench.db.restoring";
constexpr const char* kSuffixes[] = {"", "-wal", "-shm"};

// "20261122T141850.123Z": sorts by time, and is the same for all files of one restore.
std::string date_now() {
  const UtcTime now = utc_now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y%m%dT%H%M%S}.{:03d}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

StoreError not_restored(const fs::path& file, const StoreError& error) {
  return {error.kind, fmt::format("{} is not restored, and nothing was changed. {}", file.string(), error.message)};
}

void remove_with_suffixes(const fs::path& file) {
  for (const std::string& one : with_side_files(file)) {
    std::error_code ignored;
    fs::remove(one, ignored);
  }
}

// Uses the mode of the existing database, else that of the backup, so that data hidden from others stays hidden.
StoreResult<void> keep_mode(const fs::path& directory, mode_t backup_mode, const fs::path& copy) {
  struct stat earlier {};
  if (::stat(database_file(directory).c_str(), &earlier) != 0 || !S_ISREG(earlier.st_mode)) earlier.st_mode = backup_mode;
  if (::chmod(copy.c_str(), (earlier.st_mode & 0666) | 0600) != 0) {
    return tl::unexpected(file_error("set the mode of " + copy.string(), errno));
  }
  return {};
}

StoreResult<mode_t> check_is_file(const fs::path& file) {
  struct stat status {};
  const auto refused = [](Kind kind, std::string message) { return tl::unexpected(StoreError{kind, std::move(message)}); };
  constexpr const char* kWanted = "Name a file that copybenchd backup made.";
  if (::stat(file.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return refused(Kind::not_found, fmt::format("There is no file {}. {}", file.string(), kWanted));
  }
  if (!S_ISREG(status.st_mode)) return refused(Kind::not_found, fmt::format("{} is no file. {}", file.string(), kWanted));
  if (status.st_size == 0) return refused(Kind::corrupt, fmt::format("{} is empty. {}", file.string(), kWanted));
  return status.st_mode;
}

// An export's lines are JSON objects. A database begins with "SQLite format 3".
bool may_be_export(const fs::path& file) { return std::ifstream(file, std::ios::binary).peek() == '{'; }

// Opens the file, with its log and index if it has them.
StoreResult<std::unique_ptr<DatabaseConnection>> open_backup(const fs::path& file) {
  if (may_be_export(file)) {
    return tl::unexpected(StoreError{Kind::invalid, fmt::format("{} is no backup but text, as an export is: copybenchd import takes "
                                                                "in what copybenchd export wrote.", file.string())});
  }
  auto source = DatabaseConnection::open(file, Access::read_only);
  if (!source) return source;
  if (auto known = check_version(**source); !known) return tl::unexpected(known.error());
  return source;
}

// Creates a checked copy of the file in the current schema.
StoreResult<CopySummary> prepare(const Folder& from, const fs::path& file, const fs::path& prepared) {
  auto source = [&] {
    const OwnersRights rights(from);
    return open_backup(file);
  }();
  if (!source) return tl::unexpected(source.error());
  auto copied = copy_database(**source, prepared);
  if (!copied) return copied;
  auto copy = DatabaseConnection::open(prepared, Access::read_write);
  if (!copy) return tl::unexpected(copy.error());
  if (auto migrated = migrate(**copy); !migrated) return tl::unexpected(migrated.error());
  if (auto own = check_objects(**copy); !own) return tl::unexpected(own.error());
  copy->reset();
  if (auto synced = sync_file(prepared); !synced) return tl::unexpected(synced.error());
  return copied;
}

}  // namespace

StoreResult<std::vector<fs::path>> complete_restore(const fs::path& directory) {
  std::error_code failed;
  fs::path prepared;
  remove_with_suffixes(directory / kUnfinished);
  for (const auto& entry : fs::directory_iterator(directory, failed)) {
    if (entry.path().filename().string().starts_with(kPrepared)) prepared = entry.path();
  }
  if (failed) return tl::unexpected(file_error("look into " + directory.string(), failed.value()));
  std::vector<fs::path> kept;
  if (prepared.empty()) return kept;
  const std::string date = prepared.filename().string().substr(kPrepared.size());
  const std::string current = database_file(directory).string();
  for (const char* suffix : kSuffixes) {
    const fs::path aside = fmt::format("{}.before-{}{}", current, date, suffix);
    if (!fs::exists(current + suffix, failed)) continue;
    if (auto moved = rename_durably(current + suffix, aside, Target::must_not_exist); !moved) {
      return tl::unexpected(moved.error());
    }
    kept.push_back(aside);
  }
  if (auto moved = rename_durably(prepared, current, Target::must_not_exist); !moved) {
    return tl::unexpected(moved.error());
  }
  return kept;
}

namespace {

// Runs with the rights of the owner of the directory.
StoreResult<Restored> restore_into(const fs::path& directory, const Folder& from, const fs::path& file, mode_t mode) {
  std::error_code failed;
  auto lock = DataLock::take(directory);
  if (!lock) return tl::unexpected(not_restored(file, lock.error()));
  if (auto completed = complete_restore(directory); !completed) return tl::unexpected(completed.error());
  if (fs::equivalent(file, database_file(directory), failed)) {
    return tl::unexpected(
        StoreError{Kind::conflict, fmt::format("{} is the database of {} itself.", file.string(), directory.string())});
  }

  const fs::path unfinished = directory / kUnfinished;
  const RemovedOnSignal removed(with_side_files(unfinished));
  auto copy = prepare(from, file, unfinished);
  if (!copy) {
    remove_with_suffixes(unfinished);
    return tl::unexpected(not_restored(file, copy.error()));
  }
  if (auto kept = keep_mode(directory, mode, unfinished); !kept) return tl::unexpected(kept.error());
  const fs::path prepared = directory / (std::string(kPrepared) + date_now());
  if (auto named = rename_durably(unfinished, prepared, Target::must_not_exist); !named) {
    return tl::unexpected(named.error());
  }
  auto kept = complete_restore(directory);
  if (!kept) return tl::unexpected(kept.error());
  return Restored{*copy, std::move(*kept)};
}

}  // namespace

StoreResult<Restored> restore(const fs::path& directory, const fs::path& file) {
  const auto from = Folder::open(file.parent_path());
  if (!from) return tl::unexpected(StoreError{Kind::not_found, from.error().message + "."});
  // Before the data directory is made: a file that is no backup changes nothing.
  const fs::path backup = from->path() / file.filename();
  const auto mode = [&]() -> StoreResult<mode_t> {
    const OwnersRights rights(*from);
    auto found = check_is_file(backup);
    if (!found) return found;
    std::error_code unknown;
    if (fs::equivalent(backup, database_file(directory), unknown)) return found;  // refused below, as that
    if (auto opened = open_backup(backup); !opened) return tl::unexpected(not_restored(backup, opened.error()));
    return found;
  }();
  if (!mode) return tl::unexpected(StoreError{mode.error().kind, from->with_name(mode.error().message)});
  const auto into = Folder::open_or_create(directory);
  if (!into) return tl::unexpected(StoreError{Kind::io, into.error().message + "."});
  const OwnersRights rights(*into);
  auto restored = restore_into(into->path(), *from, backup, *mode);
  if (!restored) {
    return tl::unexpected(StoreError{restored.error().kind, into->with_name(from->with_name(restored.error().message))});
  }
  for (fs::path& kept : restored->kept) kept = into->with_name(kept.string());
  return restored;
}

}  // namespace copybench
