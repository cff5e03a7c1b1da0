// Pipes, and reads from them while children write.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "core/base/unique_fd.h"

namespace copybench {

// Reads to the end of the pipe, blocking.
inline std::string read_all(UniqueFd& pipe) {
  std::string text;
  char buffer[256];
  for (;;) {
    const ssize_t got = ::read(pipe.get(), buffer, sizeof buffer);
    if (got > 0) {
      text.append(buffer, static_cast<size_t>(got));
    } else if (got < 0 && errno == EAGAIN) {
      pollfd entry{pipe.get(), POLLIN, 0};
      REQUIRE(::poll(&entry, 1, 20'000) == 1);
    } else {
      return text;
    }
  }
}

// Reads the first line, blocking.
inline std::string read_line(UniqueFd& pipe) {
  std::string line;
  for (;;) {
    char letter = 0;
    const ssize_t got = ::read(pipe.get(), &letter, 1);
    if (got == 1 && letter != '\n') {
      line += letter;
    } else if (got < 0 && errno == EAGAIN) {
      pollfd entry{pipe.get(), POLLIN, 0};
      REQUIRE(::poll(&entry, 1, 20'000) == 1);
    } else {
      return line;
    }
  }
}

// True once the pipe has no writer: every holder of the other end is gone.
inline bool wait_for_end(UniqueFd& pipe) {
  pollfd entry{pipe.get(), POLLIN, 0};
  char buffer[256];
  while (::poll(&entry, 1, 20'000) == 1) {
    if (::read(pipe.get(), buffer, sizeof buffer) == 0) return true;
  }
  return false;
}

inline std::pair<UniqueFd, UniqueFd> pipe_pair() {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace copybench
