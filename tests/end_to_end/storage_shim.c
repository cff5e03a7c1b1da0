/* Preloaded into a daemon by the storage campaigns (test_faults.py, test_power_loss.py): a failing disk, and one that loses
 * power. It affects only the files in $STORAGE_OF_COPYBENCH; files in $SHIM_OF_COPYBENCH control it:
 *   fault    a name of the table below and a number: how many of 1000 such calls fail
 *   journal  if it exists at the start, each change is appended to it in order, and a sync only records how far it reaches,
 *            so that power_loss.py can make the files that a power loss would have left
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum call { OPEN, READ, WRITE, SYNC, TRUNCATE, RENAME, UNLINK, MAP, ALLOCATE, LOCK, STAT };
enum { HALF = -1 }; /* the call does half of the requested work */

static const struct {
  const char* name;
  enum call call;
  int error;
} faults[] = {
    {"open-emfile", OPEN, EMFILE},       {"open-eacces", OPEN, EACCES},    {"read-eio", READ, EIO},
    {"read-short", READ, HALF},          {"write-eio", WRITE, EIO},        {"write-enospc", WRITE, ENOSPC},
    {"write-edquot", WRITE, EDQUOT},     {"write-erofs", WRITE, EROFS},    {"write-short", WRITE, HALF},
    {"sync-eio", SYNC, EIO},             {"sync-enospc", SYNC, ENOSPC},    {"truncate-eio", TRUNCATE, EIO},
    {"rename-eio", RENAME, EIO},         {"unlink-eio", UNLINK, EIO},      {"map-enomem", MAP, ENOMEM},
    {"allocate-enospc", ALLOCATE, ENOSPC}, {"lock-enolck", LOCK, ENOLCK},  {"stat-eio", STAT, EIO},
};

struct record {
  uint32_t kind;
  uint32_t length; /* of the following bytes */
  uint64_t inode;
  uint64_t at; /* an offset in the file; for a sync, the journal's length at its start */
};

static int journal = -1;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static const char* folder(void) { return getenv("STORAGE_OF_COPYBENCH"); }

__attribute__((constructor)) static void begin(void) {
  char path[4096];
  if (getenv("SHIM_OF_COPYBENCH") == NULL) return;
  snprintf(path, sizeof path, "%s/journal", getenv("SHIM_OF_COPYBENCH"));
  journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_APPEND | O_CLOEXEC, 0);
}

static int is_ours(const char* path) {
  const char* where = folder();
  return where != NULL && path != NULL && strncmp(path, where, strlen(where)) == 0;
}

static int is_ours_open(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const int before = errno;
  const ssize_t length = readlink(link, path, sizeof path - 1);
  errno = before;
  if (length <= 0) return 0;
  path[length] = '\0';
  return is_ours(path);
}

/* Returns 0, the errno that this call is to fail with, or HALF. */
static int fault(enum call call) {
  const int before = errno;
  char path[4096], text[64] = "", name[32];
  int of_1000 = 0, error = 0;
  if (getenv("SHIM_OF_COPYBENCH") == NULL) return 0;
  snprintf(path, sizeof path, "%s/fault", getenv("SHIM_OF_COPYBENCH"));
  const int control = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (control >= 0) {
    if (syscall(SYS_read, control, text, sizeof text - 1) > 0 && sscanf(text, "%31s %d", name, &of_1000) == 2) {
      for (size_t i = 0; i < sizeof faults / sizeof *faults; ++i) {
        if (faults[i].call == call && strcmp(faults[i].name, name) == 0 && random() % 1000 < of_1000) error = faults[i].error;
      }
    }
    syscall(SYS_close, control);
  }
  errno = before;
  return error;
}

static uint64_t inode_of(int fd) {
  struct stat status;
  return syscall(SYS_fstat, fd, &status) == 0 ? status.st_ino : 0;
}

static void note(char kind, uint64_t inode, uint64_t at, const void* bytes, size_t length) {
  static char buffer[1 << 20];
  if (journal < 0 || length > sizeof buffer - sizeof(struct record)) return;
  const int before = errno;
  const struct record record = {(uint32_t)kind, (uint32_t)length, inode, at};
  memcpy(buffer, &record, sizeof record);
  if (length > 0) memcpy(buffer + sizeof record, bytes, length);
  if (syscall(SYS_write, journal, buffer, sizeof record + length) < 0) abort();
  errno = before;
}

static int failed(int error) {
  errno = error;
  return -1;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (!is_ours_open(fd)) return syscall(SYS_pwrite64, fd, bytes, size, at);
  const int error = fault(WRITE);
  if (error > 0) return failed(error);
  if (error == HALF) size = (size + 1) / 2;
  pthread_mutex_lock(&order);
  note('W', inode_of(fd), (uint64_t)at, bytes, size);
  const ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, at);
  pthread_mutex_unlock(&order);
  return done;
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

ssize_t pread64(int fd, void* bytes, size_t size, off64_t at) {
  const int error = is_ours_open(fd) ? fault(READ) : 0;
  if (error > 0) return failed(error);
  return syscall(SYS_pread64, fd, bytes, error == HALF ? (size + 1) / 2 : size, at);
}
ssize_t pread(int fd, void* bytes, size_t size, off_t at) { return pread64(fd, bytes, size, at); }

/* With a journal the disk is the model, and nothing needs to reach the real one. */
static int sync_of(int fd, long number) {
  if (!is_ours_open(fd)) return (int)syscall(number, fd);
  pthread_mutex_lock(&order);
  const uint64_t begun = journal < 0 ? 0 : (uint64_t)lseek(journal, 0, SEEK_END);
  pthread_mutex_unlock(&order);
  const int error = fault(SYNC);
  const int result = error > 0 ? failed(error) : journal < 0 ? (int)syscall(number, fd) : 0;
  pthread_mutex_lock(&order);
  note(error > 0 ? 'F' : 'S', inode_of(fd), begun, NULL, 0);
  pthread_mutex_unlock(&order);
  return result;
}
int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t size) {
  if (!is_ours_open(fd)) return (int)syscall(SYS_ftruncate, fd, size);
  const int error = fault(TRUNCATE);
  if (error > 0) return failed(error);
  pthread_mutex_lock(&order);
  note('T', inode_of(fd), (uint64_t)size, NULL, 0);
  const int done = (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_unlock(&order);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int open_at(int at, const char* path, int flags, mode_t mode) {
  if (!is_ours(path)) return (int)syscall(SYS_openat, at, path, flags, mode);
  const int error = fault(OPEN);
  if (error > 0) return failed(error);
  pthread_mutex_lock(&order);
  const int is_new = (flags & O_CREAT) && syscall(SYS_faccessat, at, path, F_OK) != 0;
  const int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && is_new) note('C', inode_of(fd), 0, path, strlen(path));
  pthread_mutex_unlock(&order);
  return fd;
}
#define OPENED(at_what)                              \
  va_list rest;                                        \
  va_start(rest, flags);                               \
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
  va_end(rest);                                        \
  return open_at(at_what, path, flags, mode);
int open(const char* path, int flags, ...) { OPENED(AT_FDCWD) }
int open64(const char* path, int flags, ...) { OPENED(AT_FDCWD) }
int openat(int at, const char* path, int flags, ...) { OPENED(at) }
int openat64(int at, const char* path, int flags, ...) { OPENED(at) }

int unlink(const char* path) {
  const int error = is_ours(path) ? fault(UNLINK) : 0;
  if (error > 0) return failed(error);
  pthread_mutex_lock(&order);
  const int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (done == 0 && is_ours(path)) note('U', 0, 0, path, strlen(path));
  pthread_mutex_unlock(&order);
  return done;
}

int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  const int error = is_ours(from) ? fault(RENAME) : 0;
  if (error > 0) return failed(error);
  pthread_mutex_lock(&order);
  const int done = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  if (done == 0 && is_ours(from)) {
    char both[8192];
    note('R', 0, 0, both, (size_t)snprintf(both, sizeof both, "%s%c%s", from, '\n', to));
  }
  pthread_mutex_unlock(&order);
  return done;
}

void* mmap64(void* address, size_t length, int protection, int flags, int fd, off64_t at) {
  if (fd >= 0 && is_ours_open(fd) && fault(MAP) > 0) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return (void*)syscall(SYS_mmap, address, length, protection, flags, fd, at);
}
void* mmap(void* address, size_t length, int protection, int flags, int fd, off_t at) {
  return mmap64(address, length, protection, flags, fd, at);
}

int posix_fallocate64(int fd, off64_t at, off64_t length) {
  const int error = is_ours_open(fd) ? fault(ALLOCATE) : 0;
  if (error > 0) return error;
  return syscall(SYS_fallocate, fd, 0, at, length) == 0 ? 0 : errno;
}
int posix_fallocate(int fd, off_t at, off_t length) { return posix_fallocate64(fd, at, length); }

int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  if ((command == F_SETLK || command == F_SETLKW) && is_ours_open(fd)) {
    /* An unlock never fails: SQLite would keep a lock that it cannot know of. */
    const int error = ((const struct flock*)argument)->l_type == F_UNLCK ? 0 : fault(LOCK);
    if (error > 0) return failed(error);
  }
  return (int)syscall(SYS_fcntl, fd, command, argument);
}
int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  return fcntl64(fd, command, argument);
}

int stat(const char* restrict path, struct stat* restrict status) {
  const int error = is_ours(path) ? fault(STAT) : 0;
  if (error > 0) return failed(error);
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}
