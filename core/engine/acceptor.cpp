#include "core/engine/door.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

namespace copybench {
namespace {

// How long nothing is accepted after the system lacked the means for it.
constexpr std::chrono::milliseconds kPause{20};
// Far beyond any backlog: a flood that comes faster than it is closed keeps nobody here.
constexpr uint64_t kMostRejected = 1 << 14;

}  // namespace

Result<Door> Door::open(UniqueFd listener, const RunToken& token) {
  Door door;
  door.token_ = token;
  door.listener_ = std::move(listener);
  door.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  door.spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!door.epoll_ || !door.listen_for(true)) return tl::unexpected(system_error("watch the listening socket", errno));
  return door;
}

bool Door::listen_for(bool connections) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener_.get();
  return ::epoll_ctl(epoll_.get(), connections ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener_.get(), &event) == 0;
}

std::optional<Monotonic::time_point> Door::deadline() const {
  auto next = accept_again_at_;
  if (!waiting_.empty()) next = std::min(next.value_or(waiting_.front().deadline), waiting_.front().deadline);
  return next;
}

std::vector<Guest> Door::admit() {
  std::vector<Guest> guests;
  const auto now = Monotonic::now();
  if (accept_again_at_ && *accept_again_at_ <= now && listen_for(true)) accept_again_at_.reset();
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  bool connections = false;
  for (int i = 0; i < n; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == listener_.get()) {
      connections = true;
    } else if (const auto found = by_fd_.find(fd); found != by_fd_.end()) {
      read_greeting(found->second, guests);
    }
  }
  // After those that wait: a new connection may get the number of one that was closed, whose event is not its own.
  if (connections) accept_some(guests);
  while (!waiting_.empty() && waiting_.front().deadline <= now) turn_away(waiting_.begin());
  return guests;
}

void Door::accept_some(std::vector<Guest>& guests) {
  for (size_t i = 0; i < kMostAtOnce; ++i) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      take(std::move(socket), guests);
      continue;
    }
    switch (errno) {
      case EAGAIN: return;
      case EMFILE:
      case ENFILE:
        // A descriptor given back lets one stranger of the flood be accepted and closed.
        if (!waiting_.empty()) turn_away(waiting_.begin());
        spare_.reset();
        socket.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) ++strangers_;
        socket.reset();
        spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (spare_) break;
        [[fallthrough]];
      case ENOBUFS:
      case ENOMEM:
        // The whole system lacks them, which is not of this process's making: it waits.
        if (listen_for(false)) accept_again_at_ = Monotonic::now() + kPause;
        return;
      // Errors of the connection that was about to be accepted (accept(2), "Error handling").
      default: break;
    }
  }
}

void Door::take(UniqueFd socket, std::vector<Guest>& guests) {
  if (waiting_.size() == kMaxWaiting) turn_away(waiting_.begin());
  const int fd = socket.get();
  waiting_.push_back({std::move(socket), Monotonic::now() + kGreetingTime});
  const auto waiting = std::prev(waiting_.end());
  by_fd_[fd] = waiting;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return turn_away(waiting);
  // Our own client has greeted by now, as a rule: it need not wait among strangers.
  read_greeting(waiting, guests);
}

void Door::turn_away(Queue::iterator stranger) {
  by_fd_.erase(stranger->socket.get());
  waiting_.erase(stranger);
  ++strangers_;
}

void Door::read_greeting(Queue::iterator waiting, std::vector<Guest>& guests) {
  const ssize_t n = ::recv(waiting->socket.get(), waiting->bytes.data() + waiting->received,
                           waiting->bytes.size() - waiting->received, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return turn_away(waiting);
  waiting->received += static_cast<size_t>(n);
  if (waiting->received < waiting->bytes.size()) return;
  const auto greeting = decode_greeting(waiting->bytes, token_);
  if (!greeting) return turn_away(waiting);
  // By hand anyone can make a greeting, and has no need to record one.
  if (token_ != RunToken{} && !greeted_.insert(greeting->nonce).second) return turn_away(waiting);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, waiting->socket.get(), nullptr);
  by_fd_.erase(waiting->socket.get());
  guests.push_back({std::move(waiting->socket), *greeting});
  waiting_.erase(waiting);
}

void Door::close() {
  if (!accept_again_at_) listen_for(false);
  accept_again_at_.reset();
  // Shrinks the queue of a socket that listens already.
  ::listen(listener_.get(), kHeldWhileClosed);
  while (!waiting_.empty()) turn_away(waiting_.begin());
  reject_waiting();
}

uint64_t Door::reject_waiting() {
  uint64_t rejected = 0;
  while (rejected < kMostRejected && UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC))) ++rejected;
  strangers_ += rejected;
  return rejected;
}

}  // namespace copybench
