#include "core/database/open_files.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/database/durable_file.h"

namespace copybench {
namespace {

using Kind = StoreError::Kind;

// The database itself is read on through the descriptor, until the daemon ends.
constexpr const char* kDatabaseRemedy =
    "Nothing more is stored, but what is stored can still be read and exported. Bring the file back; or export what you need "
    "(GET /experiments/ID/export.ndjson), then restart copybenchd, which goes on with what is in the directory: with an empty "
    "database where there is none";
constexpr const char* kSideFileRemedy =
    "Nothing more is stored. Bring the file back, or restart copybenchd, which makes it anew from what is stored";
constexpr const char* kLook =
    "Nothing more is stored. Stop the program that did it and copybenchd, keep the files, and start copybenchd, which checks "
    "them, or restore a backup";

}  // namespace

StoreResult<OpenFiles> OpenFiles::of(const std::filesystem::path& database, DatabaseConnection& connection) {
  // SQLite opens log and index on its first read.
  const auto failed = connection.attempt([&] { connection.integer("SELECT count(*) FROM sqlite_schema"); });
  if (failed) return tl::unexpected(*failed);
  OpenFiles files(connection);
  const char* suffixes[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < count; ++i) {
    File& file = files.files_[i];
    file.path = database.string() + suffixes[i];
    file.fd.reset(::open(file.path.c_str(), O_PATH | O_CLOEXEC));
    if (!file.fd) return tl::unexpected(file_error("open " + file.path.string(), errno));
  }
  if (connection.has_moved()) {
    return tl::unexpected(StoreError{Kind::lost, database.string() + " was replaced while it was opened. Try again."});
  }
  files.noted();
  return files;
}

std::optional<StoreError> OpenFiles::missing() const {
  for (const File& file : files_) {
    const char* const remedy = &file == &files_[database] ? kDatabaseRemedy : kSideFileRemedy;
    struct stat open {}, shown {};
    if (::fstat(file.fd.get(), &open) != 0) return file_error("look at " + file.path.string(), errno);
    if (::stat(file.path.c_str(), &shown) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) return file_error("look at " + file.path.string(), errno);
      return StoreError{Kind::lost, fmt::format("{} was removed while it was in use. {}.", file.path.string(), remedy)};
    }
    if (open.st_dev != shown.st_dev || open.st_ino != shown.st_ino) {
      return StoreError{Kind::lost, fmt::format("{} was replaced while it was in use. {}.", file.path.string(), remedy)};
    }
  }
  return std::nullopt;
}

std::optional<StoreError> OpenFiles::cut() const {
  for (const Which which : {database, log}) {
    if (!noted_[which]) continue;
    const auto now = size_and_time_of(which);
    if (!now) return now.error();
    if (now->bytes >= noted_[which]->bytes) continue;
    if (which == log) {
      const auto said = log_index();
      if (!said) return said.error();
      if (!*said || now->bytes >= (*said)->log_bytes) continue;
    }
    return StoreError{Kind::corrupt, fmt::format("{} was cut while it was in use, from {} bytes to {}. {}.",
                                                 files_[which].path.string(), noted_[which]->bytes, now->bytes, kLook)};
  }
  return std::nullopt;
}

std::optional<StoreError> OpenFiles::changed() const {
  if (auto shorter = cut()) return shorter;
  for (const Which which : {database, log}) {
    if (!noted_[which]) continue;
    const auto now = state_of(which);
    if (!now) return now.error();
    if (now->header == noted_[which]->header) continue;
    if (which == log) {
      const auto said = log_index();
      if (!said) return said.error();
      if (!*said || (*said)->log_bytes == 0) continue;
      const auto salts = [](const std::string& header) { return header.size() == 32 ? header.substr(16, 8) : ""; };
      if (salts(now->header) == (*said)->salts && salts(noted_[which]->header) != (*said)->salts) continue;
    }
    return StoreError{Kind::corrupt, fmt::format("{} was overwritten while it was in use. {}.",
                                                 files_[which].path.string(), kLook)};
  }
  return log_overwritten();
}

std::optional<StoreError> OpenFiles::log_overwritten() const {
  const auto now = size_and_time_of(log);
  if (!now || !noted_[log] || now->written_ns == noted_[log]->written_ns) return std::nullopt;
  bool sound = true;
  if (auto failed = connection_->attempt([&] { sound = connection_->log_checksums_hold(); })) return failed;
  if (sound) return std::nullopt;
  return StoreError{Kind::corrupt, fmt::format("{} was overwritten while it was in use. {}.", files_[log].path.string(), kLook)};
}

bool OpenFiles::written_by_others() const {
  const auto now = size_and_time_of(database);
  return now && noted_[database] && now->written_ns != noted_[database]->written_ns;
}

void OpenFiles::noted() {
  for (const Which which : {database, log}) {
    auto now = state_of(which);
    noted_[which] = now ? std::optional(std::move(*now)) : std::nullopt;
  }
}

StoreResult<OpenFiles::State> OpenFiles::size_and_time_of(Which which) const {
  struct stat status {};
  if (::fstat(files_[which].fd.get(), &status) == 0) {
    return State{status.st_size, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec, {}};
  }
  return tl::unexpected(file_error("look at " + files_[which].path.string(), errno));
}

StoreResult<std::optional<DatabaseConnection::LogIndex>> OpenFiles::log_index() const {
  std::optional<DatabaseConnection::LogIndex> said;
  const auto failed = connection_->attempt([&] { said = connection_->log_index(); });
  if (failed) return tl::unexpected(*failed);
  return said;
}

StoreResult<OpenFiles::State> OpenFiles::state_of(Which which) const {
  auto state = size_and_time_of(which);
  if (!state) return state;
  const auto failed = connection_->attempt(
      [&] { state->header = which == log ? connection_->log_header() : connection_->database_header(); });
  if (failed) return tl::unexpected(*failed);
  return state;
}

}  // namespace copybench
