/* Preloaded into a daemon by tests of faults (shim.py). Files in the folder $SHIM_OF_COPYBENCH control it:
 *   eio       while it exists, writes and syncs of copybench.db fail with EIO
 *   realtime  seconds by which CLOCK_REALTIME is off
 *   boottime  seconds by which CLOCK_BOOTTIME is ahead: the time the machine was suspended
 * Reads are unaffected. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int control(const char* name, char* text, size_t size) {
  char path[4096];
  const char* folder = getenv("SHIM_OF_COPYBENCH");
  if (folder == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE* file = fopen(path, "re");
  if (file == NULL) return 0;
  const size_t length = fread(text, 1, size - 1, file);
  fclose(file);
  text[length] = '\0';
  return 1;
}

static int disk_fails(int fd) {
  const int before = errno;
  char text[16], link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  const int fails = length > 0 && (path[length] = '\0', strstr(path, "copybench.db") != NULL) && control("eio", text, sizeof text);
  errno = fails ? EIO : before;
  return fails;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return disk_fails(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

int fsync(int fd) { return disk_fails(fd) ? -1 : (int)syscall(SYS_fsync, fd); }

int fdatasync(int fd) { return disk_fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd); }

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  char text[64];
  if (result == 0 && clock == CLOCK_REALTIME && control("realtime", text, sizeof text)) now->tv_sec += atoll(text);
  if (result == 0 && clock == CLOCK_BOOTTIME && control("boottime", text, sizeof text)) now->tv_sec += atoll(text);
  return result;
}
