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

std::optional<size_t> HttpConnection::receive_now(char* buffer, size_t size) {
  for (;;) {
    const ssize_t n = ::recv(socket_.get(), buffer, size, MSG_DONTWAIT);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) return 0;
  }
}

size_t HttpConnection::receive(char* buffer, size_t size, Deadline deadline) {
  for (;;) {
    if (const auto n = receive_now(buffer, size)) return *n;
    if (!wait(POLLIN, deadline)) return 0;
  }
}

HttpConnection::Arrival HttpConnection::receive_head(size_t at_most) {
  char buffer[4096];
  for (;;) {
    const auto n = receive_now(buffer, sizeof buffer);
    if (!n) return Arrival::partly;
    if (*n == 0) return Arrival::closed;
    const size_t seen = std::max<size_t>(head_.size(), 3) - 3;
    head_.append(buffer, *n);
    // Bare line feeds are refused by whoever reads the head; unless they end it here, the client would wait for that.
    const size_t proper = head_.find("\r\n\r\n", seen);
    const size_t bare = head_.find("\n\n", seen);
    const bool ended = proper != std::string::npos || bare != std::string::npos;
    const size_t length = !ended ? head_.size() : proper < bare ? proper + 4 : bare + 2;
    head_too_long_ = length > at_most;
    if (head_too_long_) return Arrival::too_long;
    if (!ended) continue;
    ahead_ = head_.substr(length);
    head_.resize(length);
    return Arrival::complete;
  }
}

HttpConnection::Arrival HttpConnection::receive_body(uint64_t length) {
  char buffer[65536];
  while (ahead_.size() < length) {
    const auto n = receive_now(buffer, static_cast<size_t>(std::min<uint64_t>(sizeof buffer, length - ahead_.size())));
    if (!n) return Arrival::partly;
    if (*n == 0) return Arrival::closed;
    ahead_.append(buffer, *n);
  }
  return Arrival::complete;
}

size_t HttpConnection::read(char* buffer, size_t size) {
  const size_t n = ahead_.copy(buffer, size, given_);
  given_ += n;
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
  bytes -= std::min<uint64_t>(bytes, ahead_.size() - given_);
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
