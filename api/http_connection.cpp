#include "api/http_connection.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace copybench {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

HttpConnection::HttpConnection(UniqueFd socket, milliseconds timeout) : socket_(std::move(socket)), timeout_(timeout) {}

bool HttpConnection::wait(short events, Deadline deadline) const {
  for (;;) {
    pollfd entry{socket_.get(), events, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

size_t HttpConnection::receive(char* buffer, size_t size, Deadline deadline) {
  for (;;) {
    const ssize_t n = ::recv(socket_.get(), buffer, size, MSG_DONTWAIT);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return 0;
    if (!wait(POLLIN, deadline)) {
      timed_out_ = true;
      return 0;
    }
  }
}

HttpConnection::Head HttpConnection::read_head(size_t at_most) {
  const Deadline deadline = Clock::now() + timeout_;
  char buffer[4096];
  for (;;) {
    const size_t n = receive(buffer, sizeof buffer, deadline);
    if (n == 0) return timed_out_ ? Head::timed_out : Head::closed;
    const size_t seen = std::max<size_t>(head_.size(), 3) - 3;
    head_.append(buffer, n);
    // Bare line feeds are refused by whoever reads the head; unless they end it here, the client would wait for that.
    const size_t proper = head_.find("\r\n\r\n", seen);
    const size_t bare = head_.find("\n\n", seen);
    if (proper != std::string::npos || bare != std::string::npos) {
      const size_t length = proper < bare ? proper + 4 : bare + 2;
      if (length > at_most) return Head::too_long;
      ahead_ = head_.substr(length);
      head_.resize(length);
      body_deadline_ = Clock::now() + timeout_;
      return Head::complete;
    }
    if (head_.size() > at_most) return Head::too_long;
  }
}

size_t HttpConnection::read(char* buffer, size_t size) {
  if (ahead_.empty()) return receive(buffer, size, body_deadline_);
  const size_t n = ahead_.copy(buffer, size);
  ahead_.erase(0, n);
  return n;
}

bool HttpConnection::write(std::string_view bytes) {
  const Deadline deadline = Clock::now() + timeout_;
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      if (!wait(POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool HttpConnection::peer_there() const {
  pollfd entry{socket_.get(), POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 0;
}

void HttpConnection::swallow(uint64_t bytes, milliseconds at_most) {
  char buffer[16384];
  bytes -= std::min<uint64_t>(bytes, ahead_.size());
  // What has come already costs no wait, announced or not.
  for (ssize_t n = 1; n > 0;) {
    n = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) bytes -= std::min(bytes, static_cast<uint64_t>(n));
    if (n == 0) return;
  }
  if (bytes == 0) return;
  ::shutdown(socket_.get(), SHUT_WR);
  const Deadline deadline = Clock::now() + at_most;
  while (bytes > 0 && Clock::now() < deadline) {
    const size_t n = receive(buffer, sizeof buffer, deadline);
    if (n == 0) return;
    bytes -= std::min(bytes, static_cast<uint64_t>(n));
  }
}

}  // namespace copybench
