#include "api/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/logger.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/exchange.h"
#include "api/waiting_room.h"

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 500ms;
constexpr int kRetryAcceptMs = 100;
constexpr size_t kMaxHeldBytes = 16 << 20;  // of requests that are still arriving

}  // namespace

HttpServer::HttpServer(HttpServerOptions options, Listener listener, RequestHandler& handler,
                       std::shared_ptr<spdlog::logger> logger)
    : options_(options),
      listener_(std::move(listener)),
      handler_(handler),
      logger_(std::move(logger)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

HttpServer::~HttpServer() = default;

void HttpServer::serve() {
  std::vector<std::jthread> workers;
  for (size_t i = 0; i < options_.threads; ++i) workers.emplace_back([this] { work(); });
  receive_requests();
  listener_.reset();
  drain();
}

void HttpServer::stop() {
  // An eventfd keeps its state, so a stop that comes before serve() is not lost.
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(stop_event_.get(), &one, sizeof one);
}

void HttpServer::receive_requests() {
  WaitingRoom room(options_.max_held, kMaxHeldBytes, options_.client_timeout);
  std::vector<pollfd> entries;
  for (;;) {
    entries.assign({{stop_event_.get(), POLLIN, 0}, {listener_->fd(), POLLIN, 0}});
    room.append_to(entries);
    if (::poll(entries.data(), entries.size(), room.poll_timeout()) < 0) continue;  // interrupted
    if (entries[0].revents != 0) return;
    if (entries[1].revents != 0) accept_one(room);
    WaitingRoom::Leaving leaving = room.sort(entries.data() + 2, entries.size() - 2);
    for (HttpConnection& late : leaving.late) say(late, late_answer(late, handler_));
    for (HttpConnection& ready : leaving.ready) hand_over(std::move(ready));
  }
}

void HttpServer::accept_one(WaitingRoom& room) {
  UniqueFd socket(::accept4(listener_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on unix sockets, which need none
    room.enter(HttpConnection(std::move(socket), options_.client_timeout));
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    // The connection stays in the backlog, and asking again at once would only spin.
    pollfd stop{stop_event_.get(), POLLIN, 0};
    ::poll(&stop, 1, kRetryAcceptMs);
  }
}

void HttpServer::hand_over(HttpConnection connection) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.max_waiting) {
      waiting_.push_back(std::move(connection));
      wake_workers_.notify_one();
      return;
    }
  }
  HttpResponse busy = handler_.answer_malformed(503, "too many requests at once", "");
  busy.headers.emplace_back("Retry-After", "1");
  say(connection, plain_answer(busy, true));
}

void HttpServer::say(const HttpConnection& connection, const std::string& text) {
  ::send(connection.fd(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void HttpServer::work() {
  ::pthread_setname_np(::pthread_self(), "api");
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_workers_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    HttpConnection connection = std::move(waiting_.front());
    waiting_.pop_front();
    open_.insert(connection.fd());
    lock.unlock();
    serve_connection(std::move(connection));
    lock.lock();
  }
}

void HttpServer::serve_connection(HttpConnection connection) {
  const int fd = connection.fd();
  try {
    const int status = exchange(connection, handler_);
    // Without the query, where someone may have put a secret.
    const std::string_view line = std::string_view(connection.head()).substr(0, connection.head().find(" HTTP/"));
    if (status != 0) logger_->debug("{} {}", line.substr(0, line.find('?')), status);
  } catch (...) {
    // Out of memory, at most: the connection ends, the daemon goes on.
    logger_->error("a request could not be answered");
  }
  // Not open any more before it is closed: drain() must never touch a number that was given to another file.
  std::lock_guard lock(mutex_);
  open_.erase(fd);
  connection_ended_.notify_all();
}

void HttpServer::drain() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  waiting_.clear();
  wake_workers_.notify_all();
  connection_ended_.wait_for(lock, kGrace, [this] { return open_.empty(); });
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
}

}  // namespace copybench
