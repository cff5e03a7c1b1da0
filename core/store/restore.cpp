#include "core/store/restore.h"

#include <errno.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/data_lock.h"
#include "core/store/database_connection.h"
#include "core/store/database_file.h"
#include "core/store/durable.h"
#include "core/store/schema.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;
using Kind = StoreError::Kind;
using Access = DatabaseConnection::Access;

constexpr std::string_view kPrepared = "copybench.db.restored-";  // then the date
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
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::error_code ignored;
    fs::remove(file.string() + suffix, ignored);
  }
}

// As the database has it that is there, else as the backup has it: what was kept from others stays kept from them.
StoreResult<void> keep_mode(const fs::path& directory, const fs::path& backup, const fs::path& copy) {
  struct stat earlier {};
  const bool known = ::stat(database_file(directory).c_str(), &earlier) == 0 || ::stat(backup.c_str(), &earlier) == 0;
  if (!known || ::chmod(copy.c_str(), (earlier.st_mode & 0666) | 0600) != 0) {
    return tl::unexpected(file_error("set the mode of " + copy.string(), errno));
  }
  return {};
}

StoreResult<void> check_is_file(const fs::path& file) {
  std::error_code failed;
  const auto refused = [](Kind kind, std::string message) { return tl::unexpected(StoreError{kind, std::move(message)}); };
  constexpr const char* kWanted = "Name a file that copybenchd backup made.";
  if (!fs::exists(file, failed)) return refused(Kind::not_found, fmt::format("There is no file {}. {}", file.string(), kWanted));
  if (!fs::is_regular_file(file, failed)) return refused(Kind::not_found, fmt::format("{} is no file. {}", file.string(), kWanted));
  if (fs::file_size(file, failed) == 0) return refused(Kind::corrupt, fmt::format("{} is empty. {}", file.string(), kWanted));
  return {};
}

// A checked copy of the file in the current schema.
StoreResult<CopySummary> prepare(const fs::path& file, const fs::path& prepared) {
  auto source = DatabaseConnection::open(file, Access::read_only);
  if (!source) return tl::unexpected(source.error());
  if (auto known = check_version(**source); !known) return tl::unexpected(known.error());
  auto copied = copy_database(**source, prepared);
  if (!copied) return copied;
  auto copy = DatabaseConnection::open(prepared, Access::read_write);
  if (!copy) return tl::unexpected(copy.error());
  if (auto migrated = migrate(**copy); !migrated) return tl::unexpected(migrated.error());
  copy->reset();
  if (auto synced = sync_file(prepared); !synced) return tl::unexpected(synced.error());
  return copied;
}

}  // namespace

StoreResult<std::vector<fs::path>> complete_restore(const fs::path& directory) {
  std::error_code failed;
  fs::path prepared;
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

StoreResult<Restored> restore(const fs::path& directory, const fs::path& file) {
  std::error_code failed;
  if (auto good = check_is_file(file); !good) return tl::unexpected(good.error());
  fs::create_directories(directory, failed);
  if (failed) return tl::unexpected(file_error("create the data directory " + directory.string(), failed.value()));
  auto lock = DataLock::take(directory);
  if (!lock) return tl::unexpected(not_restored(file, lock.error()));
  if (auto given = give_to_owner(directory, directory / "copybench.lock"); !given) return tl::unexpected(given.error());
  if (auto completed = complete_restore(directory); !completed) return tl::unexpected(completed.error());
  if (fs::equivalent(file, database_file(directory), failed)) {
    return tl::unexpected(
        StoreError{Kind::conflict, fmt::format("{} is the database of {} itself.", file.string(), directory.string())});
  }

  const fs::path unfinished = directory / "copybench.db.restoring";
  remove_with_suffixes(unfinished);
  auto copy = prepare(file, unfinished);
  if (!copy) {
    remove_with_suffixes(unfinished);
    return tl::unexpected(not_restored(file, copy.error()));
  }
  if (auto given = give_to_owner(directory, unfinished); !given) return tl::unexpected(given.error());
  if (auto kept = keep_mode(directory, file, unfinished); !kept) return tl::unexpected(kept.error());
  const fs::path prepared = directory / (std::string(kPrepared) + date_now());
  if (auto named = rename_durably(unfinished, prepared, Target::must_not_exist); !named) {
    return tl::unexpected(named.error());
  }
  auto kept = complete_restore(directory);
  if (!kept) return tl::unexpected(kept.error());
  return Restored{*copy, std::move(*kept)};
}

}  // namespace copybench
