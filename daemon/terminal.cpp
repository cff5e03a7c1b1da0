#include "daemon/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "core/base/lines.h"

namespace copybench {
namespace {

// lost_by: errno of the first failed write to stdout, or kUnknown if the library that wrote has not kept it.
constexpr int kUnknown = -1;
int lost_by = 0;

void note_failure(bool failed) {
  if (failed && lost_by == 0) lost_by = errno == 0 ? kUnknown : errno;
}

}  // namespace

void hold_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // open() returns the lowest free number, which is this one. It is opened for the other direction, so that writes fail.
    [[maybe_unused]] const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void say(std::string_view text) { note_failure(std::fwrite(text.data(), 1, text.size(), stdout) != text.size()); }

void say_line(std::string_view line) {
  say("{}\n", line);
  note_failure(std::fflush(stdout) != 0);
}

void complain(std::string_view command, std::string_view message) {
  static_cast<void>(
      write_line(STDERR_FILENO, fmt::format("copybenchd{}{}: {}", command.empty() ? "" : " ", command, message)));
}

int status_with_output(int status) {
  errno = 0;
  note_failure(std::fflush(stdout) != 0);
  note_failure(std::ferror(stdout) != 0);
  if (lost_by == 0 || status != 0) return status;
  complain("", lost_by == kUnknown ? "what it prints could not be written"
                                   : fmt::format("what it prints could not be written: {}", std::strerror(lost_by)));
  return 1;
}

}  // namespace copybench
