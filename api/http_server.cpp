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

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 500ms;
constexpr int kRetryAcceptMs = 100;

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
  accept_connections();
  listener_.reset();
  drain();
}

void HttpServer::stop() {
  // An eventfd keeps its state, so a stop that comes before serve() is not lost.
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(stop_event_.get(), &one, sizeof one);
}

void HttpServer::accept_connections() {
  for (;;) {
    pollfd entries[] = {{listener_->fd(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}};
    if (::poll(entries, 2, -1) < 0) continue;  // interrupted
    if (entries[1].revents != 0) return;
    UniqueFd socket(::accept4(listener_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      // Out of descriptors or memory: the connection stays in the backlog, and asking again at once would only spin.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        ::poll(&entries[1], 1, kRetryAcceptMs);
      }
      continue;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on unix sockets, which need none
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= options_.max_waiting) {
      lock.unlock();
      HttpResponse busy = handler_.answer_malformed(503, "too many connections at once", "");
      busy.headers.emplace_back("Retry-After", "1");
      const std::string text = plain_answer(busy, true);
      ::send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      continue;
    }
    waiting_.push_back(std::move(socket));
    lock.unlock();
    wake_workers_.notify_one();
  }
}

void HttpServer::work() {
  ::pthread_setname_np(::pthread_self(), "api");
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_workers_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    UniqueFd socket = std::move(waiting_.front());
    waiting_.pop_front();
    open_.insert(socket.get());
    lock.unlock();
    serve_connection(std::move(socket));
    lock.lock();
  }
}

void HttpServer::serve_connection(UniqueFd socket) {
  const int fd = socket.get();
  HttpConnection connection(std::move(socket), options_.client_timeout);
  try {
    const int status = exchange(connection, handler_);
    const std::string& head = connection.head();
    if (status != 0) logger_->debug("{} {}", std::string_view(head).substr(0, head.find(" HTTP/")), status);
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
