#include "core/engine/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

namespace copybench {
namespace {

// Pause in accepting after the system ran out of descriptors or memory.
constexpr std::chrono::milliseconds kPause{20};
// Far beyond any backlog. Ends the loop if connections arrive faster than they are closed.
constexpr uint64_t kMostRejected = 1 << 14;

}  // namespace

Result<Acceptor> Acceptor::open(UniqueFd listener, const RunToken& token) {
  Acceptor acceptor;
  acceptor.token_ = token;
  acceptor.listener_ = std::move(listener);
  acceptor.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  acceptor.spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!acceptor.epoll_ || !acceptor.listen_for(true)) return tl::unexpected(system_error("watch the listening socket", errno));
  return acceptor;
}

bool Acceptor::listen_for(bool connections) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener_.get();
  return ::epoll_ctl(epoll_.get(), connections ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener_.get(), &event) == 0;
}

std::optional<Monotonic::time_point> Acceptor::deadline() const {
  auto next = accept_again_at_;
  if (!waiting_.empty()) next = std::min(next.value_or(waiting_.front().deadline), waiting_.front().deadline);
  return next;
}

std::vector<AcceptedClient> Acceptor::admit() {
  std::vector<AcceptedClient> clients;
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
      read_greeting(found->second, clients);
    }
  }
  // After the waiting connections: a new one may get the descriptor of one just closed, and would then get that one's event.
  if (connections) accept_some(clients);
  while (!waiting_.empty() && waiting_.front().deadline <= now) reject(waiting_.begin());
  return clients;
}

void Acceptor::accept_some(std::vector<AcceptedClient>& clients) {
  for (size_t i = 0; i < kMostAtOnce; ++i) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      take(std::move(socket), clients);
      continue;
    }
    switch (errno) {
      case EAGAIN: return;
      case EMFILE:
      case ENFILE:
        // A released descriptor lets one connection of the flood be accepted and closed.
        if (!waiting_.empty()) reject(waiting_.begin());
        spare_.reset();
        socket.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) ++rejected_;
        socket.reset();
        spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (spare_) break;
        [[fallthrough]];
      case ENOBUFS:
      case ENOMEM:
        // The whole system lacks resources, which this process cannot free, so it pauses.
        if (listen_for(false)) accept_again_at_ = Monotonic::now() + kPause;
        return;
      // Errors of the connection that was about to be accepted (accept(2), "Error handling").
      default: break;
    }
  }
}

void Acceptor::take(UniqueFd socket, std::vector<AcceptedClient>& clients) {
  if (waiting_.size() == kMaxWaiting) reject(waiting_.begin());
  const int fd = socket.get();
  waiting_.push_back({std::move(socket), Monotonic::now() + kGreetingTime});
  const auto waiting = std::prev(waiting_.end());
  by_fd_[fd] = waiting;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return reject(waiting);
  // Our own client has usually sent its greeting by now, so it need not wait in the queue.
  read_greeting(waiting, clients);
}

void Acceptor::reject(Queue::iterator stranger) {
  by_fd_.erase(stranger->socket.get());
  waiting_.erase(stranger);
  ++rejected_;
}

void Acceptor::read_greeting(Queue::iterator waiting, std::vector<AcceptedClient>& clients) {
  const ssize_t n = ::recv(waiting->socket.get(), waiting->bytes.data() + waiting->received,
                           waiting->bytes.size() - waiting->received, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return reject(waiting);
  waiting->received += static_cast<size_t>(n);
  if (waiting->received < waiting->bytes.size()) return;
  const auto greeting = decode_greeting(waiting->bytes, token_);
  if (!greeting) return reject(waiting);
  // With the all-zero token (started by hand) anyone can make a greeting, so replays need no check.
  if (token_ != RunToken{} && !greeted_.insert(greeting->nonce).second) return reject(waiting);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, waiting->socket.get(), nullptr);
  by_fd_.erase(waiting->socket.get());
  clients.push_back({std::move(waiting->socket), *greeting});
  waiting_.erase(waiting);
}

void Acceptor::close() {
  if (!accept_again_at_) listen_for(false);
  accept_again_at_.reset();
  // Shrinks the backlog of the listening socket.
  ::listen(listener_.get(), kHeldWhileClosed);
  while (!waiting_.empty()) reject(waiting_.begin());
  reject_waiting();
}

uint64_t Acceptor::reject_waiting() {
  uint64_t rejected = 0;
  while (rejected < kMostRejected && UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC))) ++rejected;
  rejected_ += rejected;
  return rejected;
}

}  // namespace copybench
