#include "core/load/paced_requests.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/wire/greeting.h"

namespace copybench {
namespace {

// Limits of the outstanding requests to an engine that cannot keep up: it has to answer all of them before the run can end.
constexpr uint64_t kMostOutstandingBytes = 64 << 20;
constexpr uint64_t kMostOutstanding = 4096;

// How often a waiting client checks whether the load's stage has changed.
constexpr int64_t kLookEveryNs = 20'000'000;

}  // namespace

PacedRequests::PacedRequests(int socket, const Pacer& pacer, uint64_t message_bytes)
    : socket_(socket),
      pacer_(pacer),
      limit_(std::clamp<uint64_t>(kMostOutstandingBytes / message_bytes, 1, kMostOutstanding)) {}

Result<void> PacedRequests::send_unsent() {
  while (!unsent_.empty()) {
    const ssize_t n = ::send(socket_, unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return {};
    if (n < 0) return tl::unexpected(system_error("ask the engine", errno));
    unsent_.erase(unsent_.begin(), unsent_.begin() + n);
  }
  return {};
}

Result<void> PacedRequests::ask(int64_t now_ns) {
  const auto frame = encode(ClientFrame{FrameKind::one, 0});
  while (may_ask() && pacer_.due_ns(asked_) <= now_ns) {
    unsent_.insert(unsent_.end(), frame.begin(), frame.end());
    ++asked_;
  }
  most_outstanding_ = std::max(most_outstanding_, asked_ - answered_);
  return send_unsent();
}

Result<bool> PacedRequests::wait(bool ending) const {
  int64_t left_ns = kLookEveryNs;
  if (!ending && may_ask()) left_ns = std::clamp<int64_t>(pacer_.due_ns(asked_) - monotonic_ns(), 0, kLookEveryNs);
  const timespec timeout{0, left_ns};
  pollfd fd{socket_, static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
  if (::ppoll(&fd, 1, &timeout, nullptr) < 0 && errno != EINTR) return tl::unexpected(system_error("poll", errno));
  return (fd.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

}  // namespace copybench
