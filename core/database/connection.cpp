#include "core/database/connection.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <mutex>
#include <string_view>

namespace copybench {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kStillBusyTimeoutMs = 100;
constexpr std::chrono::seconds kStillBusy{1};

// SQLite reports only ENOSPC as "full". An exhausted quota or file size limit is the same condition.
bool is_out_of_room(int extended_code, int system_errno) {
  if ((extended_code & 0xff) == SQLITE_FULL || extended_code == SQLITE_IOERR_SHMSIZE) return true;
  return (extended_code & 0xff) == SQLITE_IOERR &&
         (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

// This program writes all statements and the names in them, so another program has dropped or renamed a table or column.
bool misses_a_table(const SQLite::Exception& exception) {
  const std::string_view said = exception.what();
  return (exception.getErrorCode() & 0xff) == SQLITE_ERROR &&
         (said.starts_with("no such ") || said.find("has no column named") != said.npos);
}

// The first of the database's files whose name is taken by something that is no file, in words; empty: none.
std::string in_the_way(const std::string& database) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    const std::string file = database + suffix;
    struct stat status {};
    // Only the database itself may be a link. SQLite follows no other.
    const bool there = (*suffix == '\0' ? ::stat(file.c_str(), &status) : ::lstat(file.c_str(), &status)) == 0;
    if (!there || S_ISREG(status.st_mode)) continue;
    const char* const what = S_ISFIFO(status.st_mode)  ? "a pipe"
                             : S_ISLNK(status.st_mode) ? "a symbolic link"
                             : S_ISDIR(status.st_mode) ? "a folder"
                                                       : "no file";
    return fmt::format("{} is {}", file, what);
  }
  return "";
}

StoreError error_of(const std::string& file, const SQLite::Exception& exception, int system_errno) {
  using Kind = StoreError::Kind;
  const int code = exception.getErrorCode() & 0xff;
  const int extended = exception.getExtendedErrorCode();
  const std::string said = fmt::format("{} (SQLite code {})", exception.what(), extended > 0 ? extended : code);
  if (is_out_of_room(extended > 0 ? extended : code, system_errno)) {
    return {Kind::full, "There is no room left for the database " + file + ": " + said + ". Free some, then try again."};
  }
  // SQLite reports a disk read error as damage. A later attempt may read sound data.
  if (code == SQLITE_CORRUPT && system_errno == EIO) {
    return {Kind::io, "The database " + file + " could not be read: " + system_error(said, EIO).message +
                          ". See to the disk that holds it."};
  }
  if (code == SQLITE_CANTOPEN && ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES) {
    return {Kind::io, fmt::format("The database {} cannot be opened: {}. Use it as a user who may read it.", file, system_error(said, EACCES).message)};
  }
  if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_READONLY) {
    if (const std::string other = in_the_way(file); !other.empty()) {
      return {Kind::io, fmt::format("The database {} cannot be opened for this use: {}. Move that away, then try again.", file, other)};
    }
  }
  // The log is shorter than its index says: written data is gone.
  if (extended == SQLITE_IOERR_SHORT_READ) {
    return {Kind::corrupt, "The database " + file + " is damaged: its log (-wal) is shorter than what was written: " + said +
                               ". See to the disk that holds it, keep the files, and restore a copy."};
  }
  if (misses_a_table(exception)) {
    return {Kind::corrupt, "The database " + file + " is damaged: another program has changed its tables: " + said +
                               ". Keep the file, and restore a copy of it."};
  }
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Kind::corrupt, "The database " + file + " is damaged: " + said + ". Keep the file, and restore a copy of it."};
    case SQLITE_CONSTRAINT: return damaged_row("its rows contradict one another: " + said);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Kind::locked, "Another program is writing to the database " + file + ": " + said + ". End it, then try again."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return {Kind::io, "The database " + file + " cannot be opened for this use: " + said +
                            ". See to the folder's permissions, and to the limit of open files (ulimit -n)."};
    default: return {Kind::io, "The database " + file + " failed: " + said + ". See to the disk that holds it."};
  }
}

int open_flags(DatabaseConnection::Access access) {
  switch (access) {
    case DatabaseConnection::Access::create: return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX;
    case DatabaseConnection::Access::read_write: return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
    case DatabaseConnection::Access::read_only: return SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX;
  }
  return SQLite::OPEN_READONLY;
}

struct DamagedRow {
  std::string what;
};

// In a folder that another user owns, a pipe may have the name of a file, and open(2) would wait for its other end. (SQLite
// opens folders and /dev/urandom through this function too.)
int open_file(const char* path, int flags, int mode) {
  const int fd = ::open(path, flags | O_NONBLOCK, mode);
  struct stat status {};
  if (fd < 0 || (::fstat(fd, &status) == 0 && !S_ISFIFO(status.st_mode))) return fd;
  ::close(fd);
  errno = ENOTSUP;
  return -1;
}

// SQLite maps only its index. To extend it, SQLite writes one byte in each 4096, which leaves holes on a full disk with
// smaller blocks. Access to a hole raises SIGBUS.
void* map_file(void* address, size_t length, int protection, int flags, int fd, off_t offset) {
  const int error = ::posix_fallocate(fd, offset, static_cast<off_t>(length));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    errno = error;
    return MAP_FAILED;
  }
  return ::mmap(address, length, protection, flags, fd, offset);
}

// SQLite resolves every link of a path before it opens it, which fails if this user cannot search a folder above. A path
// through a descriptor (owners_rights.h) is opened as it is; SQLite itself follows no link in its last part.
const char* file_system() {
  static const std::string name = [] {
    static sqlite3_vfs* const plain = ::sqlite3_vfs_find(nullptr);
    if (plain->iVersion >= 3 && plain->xSetSystemCall != nullptr) {
      plain->xSetSystemCall(plain, "open", reinterpret_cast<sqlite3_syscall_ptr>(open_file));
      plain->xSetSystemCall(plain, "mmap", reinterpret_cast<sqlite3_syscall_ptr>(map_file));
    }
    static sqlite3_vfs ours = *plain;
    ours.zName = "copybench";
    ours.pNext = nullptr;
    ours.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* full) {
      if (!std::string_view(path).starts_with("/proc/self/fd/")) return plain->xFullPathname(plain, path, size, full);
      ::sqlite3_snprintf(size, full, "%s", path);
      return std::strlen(path) < static_cast<size_t>(size) ? SQLITE_OK : SQLITE_CANTOPEN;
    };
    return std::string(::sqlite3_vfs_register(&ours, 0) == SQLITE_OK ? ours.zName : plain->zName);
  }();
  return name.c_str();
}

}  // namespace

std::string_view sqlite_version() { return sqlite3_libversion(); }

DatabaseConnection::DatabaseConnection(std::unique_ptr<SQLite::Database> database) : database_(std::move(database)) {}

DatabaseConnection::~DatabaseConnection() {
  if (!index_cut()) return;
  // Closing it would use the index. It is kept until the process ends.
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<SQLite::Database>>;
  std::lock_guard lock(mutex);
  kept->push_back(std::move(database_));
}

StoreResult<std::unique_ptr<DatabaseConnection>> DatabaseConnection::open(const std::filesystem::path& file,
                                                                          Access access) {
  std::unique_ptr<DatabaseConnection> connection;
  errno = 0;
  try {
    auto database = std::make_unique<SQLite::Database>(file.string(), open_flags(access), kBusyTimeoutMs, file_system());
    connection = std::unique_ptr<DatabaseConnection>(new DatabaseConnection(std::move(database)));
  } catch (const SQLite::Exception& exception) {
    return tl::unexpected(error_of(file.string(), exception, errno));
  }
  // The cache belongs to one connection and stays. A daemon's readers and writer together keep below 10 MB.
  const auto failed = connection->attempt([&] {
    connection->execute("PRAGMA foreign_keys=ON");
    connection->execute("PRAGMA synchronous=FULL");
    connection->execute("PRAGMA trusted_schema=OFF");
    connection->execute(access == Access::read_only ? "PRAGMA cache_size=-768" : "PRAGMA cache_size=-2048");
    if (access == Access::read_only) connection->execute("PRAGMA query_only=ON");
  });
  if (failed) return tl::unexpected(*failed);
  return connection;
}

std::optional<StoreError> DatabaseConnection::attempt(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const bool still_busy = Clock::now() - locked_at_ < kStillBusy;
  if (still_busy) sqlite3_busy_timeout(database_->getHandle(), kStillBusyTimeoutMs);
  auto failed = index_cut();
  if (!failed) failed = tried(work);
  if (failed && failed->kind == StoreError::Kind::locked) locked_at_ = Clock::now();
  if (still_busy) sqlite3_busy_timeout(database_->getHandle(), kBusyTimeoutMs);
  if (failed && failed->kind == StoreError::Kind::corrupt && on_damage_) on_damage_(*failed);
  return failed;
}

std::optional<StoreError> DatabaseConnection::index_cut() {
  const auto file = [this] { return database_->getFilename() + "-shm"; };
  // SQLite creates and maps the index on its first read. A database in memory has none.
  if (!index_ && !database_->getFilename().starts_with(":")) index_.reset(::open(file().c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (!index_ || ::fstat(index_.get(), &status) != 0) return std::nullopt;
  if (status.st_size < index_bytes_) {
    return StoreError{StoreError::Kind::corrupt,
                      fmt::format("{} was cut while it was in use, from {} bytes to {}. Nothing more is stored or read. Stop the "
                                  "program that did it, and restart copybenchd, which makes it anew.",
                                  file(), index_bytes_, status.st_size)};
  }
  index_bytes_ = status.st_size;
  return std::nullopt;
}

std::optional<StoreError> DatabaseConnection::tried(const std::function<void()>& work) {
  errno_before_rollback_.reset();
  errno = 0;
  try {
    work();
    return std::nullopt;
  } catch (const SQLite::Exception& exception) {
    const int system_errno = errno_before_rollback_.value_or(errno);
    if ((exception.getErrorCode() & 0xff) == SQLITE_FULL && ids_are_used_up()) {
      return error_of(database_->getFilename(),
                      SQLite::Exception("its last id is the largest there is, which another program wrote", SQLITE_CORRUPT), 0);
    }
    return error_of(database_->getFilename(), exception, system_errno);
  } catch (const DamagedRow& row) {
    return damaged_row(row.what);
  }
}

// SQLite also reports "full" if AUTOINCREMENT finds no larger id (https://sqlite.org/autoinc.html).
bool DatabaseConnection::ids_are_used_up() {
  try {
    return integer("SELECT max(seq) FROM sqlite_sequence") >= kLargestId;
  } catch (const SQLite::Exception&) {
    return false;
  }
}

void DatabaseConnection::execute(const std::string& sql) { database_->exec(sql); }

int64_t DatabaseConnection::integer(const std::string& sql) {
  Query query(*this, sql);
  return query.step() ? query.integer(0) : 0;
}

int64_t DatabaseConnection::last_inserted_id() const { return database_->getLastInsertRowid(); }

int64_t DatabaseConnection::total_changes() const { return database_->getTotalChanges(); }

void DatabaseConnection::checkpoint_wal() {
  sqlite3* const handle = database_->getHandle();
  sqlite3_busy_timeout(handle, 0);
  const int code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  if (code != SQLITE_OK && code != SQLITE_BUSY) throw SQLite::Exception(handle, code);
}

void DatabaseConnection::interrupt() { sqlite3_interrupt(database_->getHandle()); }

SQLite::Statement& DatabaseConnection::prepared(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(*database_, sql);
  return *statement;
}

Query::Query(DatabaseConnection& connection, const std::string& sql) : statement_(connection.prepared(sql)) {
  statement_.clearBindings();
}

Query::~Query() { statement_.tryReset(); }

Query& Query::bind(int64_t value) {
  statement_.bind(++bound_, value);
  return *this;
}

Query& Query::bind(double value) {
  if (!std::isfinite(value)) return bind_null();
  statement_.bind(++bound_, value);
  return *this;
}

Query& Query::bind(const std::string& value) {
  statement_.bind(++bound_, value);
  return *this;
}

Query& Query::bind_null() {
  statement_.bind(++bound_);
  return *this;
}

bool Query::step() { return statement_.executeStep(); }

void Query::run() {
  while (statement_.executeStep()) {
  }
  statement_.reset();
  bound_ = 0;
}

bool Query::is_null(int column) const { return statement_.isColumnNull(column); }

int64_t Query::integer(int column) const { return statement_.getColumn(column).getInt64(); }

double Query::real(int column) const { return statement_.getColumn(column).getDouble(); }

std::string_view Query::text(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  const char* bytes = value.getText();
  return {bytes, static_cast<size_t>(value.getBytes())};
}

WriteTransaction::WriteTransaction(DatabaseConnection& connection)
    : connection_(connection),
      transaction_(
          std::make_unique<SQLite::Transaction>(*connection.database_, SQLite::TransactionBehavior::IMMEDIATE)) {}

WriteTransaction::~WriteTransaction() {
  // sqlite3_system_errno does not report a failed commit (3.40), and the rollback that follows here may change errno.
  connection_.errno_before_rollback_ = errno;
}

void WriteTransaction::commit() { transaction_->commit(); }

void throw_damaged(const std::string& what) { throw SQLite::Exception(what, SQLITE_CORRUPT); }

void throw_damaged_row(const std::string& what) { throw DamagedRow{what}; }

bool finds_no_damaged_row(const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const DamagedRow&) {
    return false;
  }
}

StoreError damaged_row(const std::string& what) {
  return {StoreError::Kind::damaged, what + ". Nothing else is affected; delete the experiment, or restore a backup."};
}

}  // namespace copybench
