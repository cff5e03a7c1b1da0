#include "core/base/lines.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <array>

namespace copybench {

Result<bool> LineBuffer::read_from(int fd) {
  std::array<char, 65536> chunk;
  const ssize_t n = ::read(fd, chunk.data(), chunk.size());
  if (n < 0) {
    if (errno == EAGAIN || errno == EINTR) return true;
    return tl::unexpected(system_error("read a line", errno));
  }
  if (n == 0) return false;
  std::string_view rest(chunk.data(), static_cast<size_t>(n));
  for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
    partial_.append(rest.substr(0, end));
    lines_.push_back(std::move(partial_));
    partial_.clear();
  }
  partial_.append(rest);
  if (partial_.size() > kMaxLineBytes) return fail("a line is longer than 8 MiB");
  return true;
}

std::optional<std::string> LineBuffer::next() {
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

Result<void> write_line(int fd, std::string_view text) {
  std::string line(text);
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return tl::unexpected(system_error("write a line", errno));
    }
  }
  return {};
}

}  // namespace copybench
