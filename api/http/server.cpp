#include "api/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/logger.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "api/http/lingering_connections.h"
#include "api/http/pending_requests.h"
#include "api/http/session.h"
#include "core/base/log_event.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 500ms;
constexpr int kRetryAcceptMs = 100;
constexpr size_t kMaxHeldBytes = 40 << 20;    // of requests that are still arriving: one import and some more
constexpr size_t kMaxWaitingBytes = 48 << 20;  // of requests that wait for a worker
constexpr size_t kMaxUnsentBytes = 32 << 20;  // of answers that are not read yet
constexpr size_t kAcceptedAtOnce = 64;        // before earlier connections have their turn
constexpr int kUnsentInKernel = 256 << 10;    // per connection; more would only hide how fast the client reads

void raise(const UniqueFd& event) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(event.get(), &one, sizeof one);
}

// The earlier of two timeouts for poll(), where -1 means none.
int earlier(int a, int b) { return a < 0 || b < 0 ? std::max(a, b) : std::min(a, b); }

}  // namespace

HttpServer::HttpServer(HttpServerOptions options, Listener listener, RequestHandler& handler,
                       std::shared_ptr<spdlog::logger> logger)
    : options_(options),
      listener_(std::move(listener)),
      handler_(handler),
      logger_(std::move(logger)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      answered_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      queue_(options.threads, options.max_connections / 4, kMaxWaitingBytes) {}

HttpServer::~HttpServer() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_workers_.notify_all();
  wake_live_.notify_all();
}

Result<void> HttpServer::start() {
  try {
    for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
    for (size_t i = 0; i < options_.live_streams; ++i) threads_.emplace_back([this] { work_live(); });
  } catch (const std::system_error& error) {
    return fail(fmt::format("cannot start thread {} of {} for the API: {}. Raise the limit of processes (ulimit -u, TasksMax=), "
                            "or lower --max-event-streams",
                            threads_.size() + 1, options_.threads + options_.live_streams, error.code().message()));
  }
  return {};
}

void HttpServer::serve() {
  LingeringConnections lingering(options_.max_connections / 4, kMaxUnsentBytes, 2 * options_.client_timeout);
  receive_requests(lingering);
  listener_.reset();
  drain();
  linger(lingering);
  threads_.clear();
}

void HttpServer::stop() {
  // An eventfd keeps its state, so a stop() before serve() is not lost.
  raise(stop_event_);
}

void HttpServer::receive_requests(LingeringConnections& lingering) {
  PendingRequests room(options_.max_connections / 2, kMaxHeldBytes, options_.max_body_bytes, options_.client_timeout,
                   [this](const HttpConnection& connection) {
                     const auto request = read_request(connection, options_.max_body_bytes);
                     return !request || handler_.refuses(*request);
                   });
  std::vector<pollfd> entries;
  for (;;) {
    entries.assign({{stop_event_.get(), POLLIN, 0}, {answered_event_.get(), POLLIN, 0}, {listener_->fd(), POLLIN, 0}});
    const size_t first_arriving = entries.size();
    room.append_to(entries);
    const size_t first_lingering = entries.size();
    lingering.append_to(entries);
    if (::poll(entries.data(), entries.size(), earlier(room.poll_timeout(), lingering.poll_timeout())) < 0) continue;
    if (entries[0].revents != 0) return;
    for (HttpConnection& unfinished : lingering.advance(entries.data() + first_lingering, entries.size() - first_lingering)) {
      send_on(std::move(unfinished), lingering);
    }
    if (entries[1].revents != 0) take_answered(lingering);
    const bool starved = entries[2].revents != 0 && !accept_some(room);
    PendingRequests::Sorted sorted = room.sort(entries.data() + first_arriving, first_lingering - first_arriving);
    // Make the answer before the call: its other argument moves the connection.
    for (HttpConnection& late : sorted.late) {
      const std::string answer = late_answer(late, handler_);
      reject(std::move(late), answer, UINT64_MAX, lingering);
    }
    for (HttpConnection& one : sorted.crowded) {
      const std::string answer = crowded_answer(one, handler_);
      reject(std::move(one), answer, UINT64_MAX, lingering);
    }
    for (HttpConnection& ready : sorted.ready) hand_over(std::move(ready), lingering);
    if (!starved || make_room(room, lingering)) continue;
    // Other users hold all descriptors. New connections stay in the backlog; retrying at once would only spin.
    pollfd stop{stop_event_.get(), POLLIN, 0};
    ::poll(&stop, 1, kRetryAcceptMs);
  }
}

bool HttpServer::make_room(PendingRequests& room, LingeringConnections& lingering) {
  if (lingering.close_slowest()) return true;
  auto oldest = room.take_oldest();
  if (!oldest) return false;
  // Its descriptor is needed now, so the connection is closed even if the client has not read the answer.
  oldest->write(crowded_answer(*oldest, handler_));
  oldest->end_response(0);
  oldest->try_close();
  return true;
}

bool HttpServer::accept_some(PendingRequests& room) {
  for (size_t i = 0; i < kAcceptedAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    UniqueFd socket(
        ::accept4(listener_->fd(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      const bool starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      // Without a free descriptor accept4 fails even if no connection waits.
      pollfd next{listener_->fd(), POLLIN, 0};
      return !starved || ::poll(&next, 1, 0) <= 0;
    }
    const int on = 1;
    // Both fail on unix sockets, which need neither.
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentInKernel, sizeof kUnsentInKernel);
    room.enter(HttpConnection(std::move(socket), options_.client_timeout, ip_of(peer)));
  }
  return true;
}

// Sends the answer and closes the connection without reading the rest of the request. An empty answer only closes it.
void HttpServer::reject(HttpConnection connection, const std::string& answer, uint64_t still_coming, LingeringConnections& lingering) {
  if (answer.empty() || !connection.write(answer)) return;
  connection.end_response(still_coming);
  lingering.enter(std::move(connection));
}

void HttpServer::put_off(PendingRequest request, LingeringConnections& lingering) {
  if (!request.request) return;  // an answer that has begun cannot be replaced by an error
  const std::string answer = busy_answer(request.connection, handler_);
  reject(std::move(request.connection), answer, request.request->content_length, lingering);
}

void HttpServer::hand_over(HttpConnection connection, LingeringConnections& lingering) {
  handler_.arrived();
  auto request = read_request(connection, options_.max_body_bytes);
  if (!request) {
    report(connection, request.error().status);
    const uint64_t still_coming = connection.head_too_long() ? UINT64_MAX : announced_body(connection.head());
    const std::string answer = malformed_answer(connection, handler_, request.error());
    reject(std::move(connection), answer, still_coming, lingering);
    return;
  }
  connection.set_client(handler_.client_of(*request));
  Lane lane = handler_.lane_of(*request);
  connection.set_lane(lane.name);
  std::optional<PendingRequest> removed;
  {
    std::lock_guard lock(mutex_);
    removed = queue_.push({std::move(connection), std::move(*request), std::move(lane)});
    wake_workers_.notify_one();
  }
  if (removed) put_off(std::move(*removed), lingering);
}

// Passes the connection to a worker, which makes more pieces of its answer.
void HttpServer::send_on(HttpConnection connection, LingeringConnections& lingering) {
  if (draining_until_) {
    std::optional<HttpConnection> unfinished(std::move(connection));
    while (unfinished && std::chrono::steady_clock::now() < *draining_until_) {
      unfinished->produce();
      unfinished = lingering.enter(std::move(*unfinished));
    }
    return;
  }
  Lane lane{Work::piece, "answer to " + connection.lane()};
  std::optional<PendingRequest> removed;
  {
    std::lock_guard lock(mutex_);
    removed = queue_.push({std::move(connection), std::nullopt, std::move(lane)});
    wake_workers_.notify_one();
  }
  if (removed) put_off(std::move(*removed), lingering);
}

void HttpServer::take_answered(LingeringConnections& lingering) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(answered_event_.get(), &count, sizeof count);
  std::deque<HttpConnection> taken;
  {
    std::lock_guard lock(mutex_);
    taken.swap(answered_);
  }
  for (HttpConnection& connection : taken) {
    if (auto unfinished = lingering.enter(std::move(connection))) send_on(std::move(*unfinished), lingering);
  }
}

void HttpServer::work() {
  ::pthread_setname_np(::pthread_self(), "api");
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<PendingRequest> request;
    wake_workers_.wait(lock, [&] { return stopping_ || (request = queue_.pop()); });
    if (!request) return;
    open_.insert(request->connection.fd());
    const Lane lane = request->lane;
    lock.unlock();
    answer_one(std::move(*request));
    request.reset();
    lock.lock();
    queue_.done(lane);
    wake_workers_.notify_one();  // a request of its lane or kind may begin now
  }
}

void HttpServer::answer_one(PendingRequest pending) {
  HttpConnection& connection = pending.connection;
  const int fd = connection.fd();
  try {
    if (!pending.request) {
      connection.produce();
    } else if (connection.peer_lost()) {
      connection.break_off(true);  // the client would not get the answer
    } else {
      HttpResponse response = answer_to(*pending.request, connection, handler_);
      report(connection, response.status);
      if (response.live) {
        std::lock_guard lock(mutex_);
        live_.push_back({std::move(connection), std::move(*pending.request), std::move(response)});
        wake_live_.notify_one();
        return;
      }
      give_answer(connection, *pending.request, std::move(response));
    }
  } catch (const std::exception& error) {
    // Only out of memory reaches this. The connection is closed; the daemon continues.
    connection.break_off(true);
    log_event(logger_.get(), Severity::error, "request_failed", {},
              fmt::format("a request could not be answered: {}", error.what()));
  }
  give_back(std::move(connection), fd);
}

void HttpServer::work_live() {
  ::pthread_setname_np(::pthread_self(), "api-live");
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_live_.wait(lock, [this] { return stopping_ || !live_.empty(); });
    if (live_.empty()) return;
    LiveAnswer answer = std::move(live_.front());
    live_.pop_front();
    lock.unlock();
    const int fd = answer.connection.fd();
    give_live(answer.connection, answer.request, std::move(answer.response));
    give_back(std::move(answer.connection), fd);
    lock.lock();
  }
}

void HttpServer::report(const HttpConnection& connection, int status) const {
  if (!logger_->should_log(spdlog::level::debug)) return;
  // Leave out the query, which may contain a secret, and control characters, which could move a terminal's cursor.
  const std::string_view line = std::string_view(connection.head()).substr(0, connection.head().find(" HTTP/"));
  std::string request = shown(line.substr(0, line.find('?')));
  if (request.starts_with('"')) request = request.substr(1, request.size() - 2);  // the log adds its own quotes
  log_event(logger_.get(), Severity::debug, "request", {{"request", request}, {"status", status}, {"client", connection.client()}},
            fmt::format("{} {}", request, status));
}

void HttpServer::give_back(HttpConnection connection, int fd) {
  const bool over = connection.try_close() == HttpConnection::CloseState::closed;
  // Erase the descriptor before it is closed: drain() must not shut down a number that was reused for another file.
  std::lock_guard lock(mutex_);
  open_.erase(fd);
  if (!over) {
    answered_.push_back(std::move(connection));
    raise(answered_event_);
  }
  connection_ended_.notify_all();
}

void HttpServer::drain() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  // An answer that has begun counts as under way; linger() makes more of it.
  for (HttpConnection& begun : queue_.clear()) answered_.push_back(std::move(begun));
  wake_workers_.notify_all();
  wake_live_.notify_all();
  connection_ended_.wait_for(lock, kGrace, [this] { return open_.empty(); });
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
}

void HttpServer::linger(LingeringConnections& lingering) {
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  draining_until_ = deadline;
  take_answered(lingering);
  std::vector<pollfd> entries;
  while (!lingering.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= 0ms) return;
    entries.clear();
    lingering.append_to(entries);
    ::poll(entries.data(), entries.size(), earlier(lingering.poll_timeout(), static_cast<int>(left.count())));
    for (HttpConnection& unfinished : lingering.advance(entries.data(), entries.size())) send_on(std::move(unfinished), lingering);
  }
}

}  // namespace copybench
