#include "core/engine/door.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace copybench {

Result<Door> Door::open(UniqueFd listener) {
  Door door;
  door.listener_ = std::move(listener);
  door.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  door.spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = door.listener_.get();
  if (!door.epoll_ || ::epoll_ctl(door.epoll_.get(), EPOLL_CTL_ADD, door.listener_.get(), &event) != 0) {
    return tl::unexpected(system_error("watch the listening socket", errno));
  }
  return door;
}

std::optional<Monotonic::time_point> Door::deadline() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.front().deadline;
}

Result<std::vector<Guest>> Door::admit() {
  std::vector<Guest> guests;
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < n; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == listener_.get()) {
      if (auto accepted = accept_all(); !accepted) return tl::unexpected(accepted.error());
    } else if (const auto found = by_fd_.find(fd); found != by_fd_.end()) {
      read_greeting(found->second, guests);
    }
  }
  const auto now = Monotonic::now();
  while (!waiting_.empty() && waiting_.front().deadline <= now) turn_away(waiting_.begin());
  return guests;
}

Result<void> Door::accept_all() {
  for (;;) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      switch (errno) {
        case EAGAIN: return {};
        case EMFILE:
        case ENFILE:
          spare_.reset();
          socket.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
          if (!socket) return tl::unexpected(system_error("accept a connection", EMFILE));
          socket.reset();
          spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
          ++strangers_;
          continue;
        // Errors of the connection that was about to be accepted (accept(2), "Error handling").
        case EINTR:
        case ECONNABORTED:
        case EPROTO:
        case EPERM:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case EOPNOTSUPP: continue;
        default: return tl::unexpected(system_error("accept a connection", errno));
      }
    }
    if (waiting_.size() == kMaxWaiting) turn_away(waiting_.begin());
    const int fd = socket.get();
    waiting_.push_back({std::move(socket), Monotonic::now() + kGreetingTime});
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      waiting_.pop_back();
      return tl::unexpected(system_error("watch a connection", errno));
    }
    by_fd_[fd] = std::prev(waiting_.end());
  }
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
  const auto greeting = decode_greeting(waiting->bytes);
  if (!greeting) return turn_away(waiting);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, waiting->socket.get(), nullptr);
  by_fd_.erase(waiting->socket.get());
  guests.push_back({std::move(waiting->socket), *greeting});
  waiting_.erase(waiting);
}

}  // namespace copybench
