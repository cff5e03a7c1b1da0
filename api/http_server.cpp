#include "api/http_server.h"

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

#include "api/exchange.h"
#include "api/leaving_room.h"
#include "api/waiting_room.h"
#include "core/base/log_event.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 500ms;
constexpr int kRetryAcceptMs = 100;
constexpr size_t kMaxHeldBytes = 40 << 20;    // of requests that are still arriving: an import, and some more
constexpr size_t kMaxWaitingBytes = 48 << 20;  // of requests that wait for a worker
constexpr size_t kMaxUnsentBytes = 32 << 20;  // of answers that are not read yet
constexpr size_t kAcceptedAtOnce = 64;        // before those that came earlier have their turn
constexpr int kUnsentInKernel = 256 << 10;    // of one connection; more would only hide how fast its client reads

void raise(const UniqueFd& event) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(event.get(), &one, sizeof one);
}

// Of two times for poll(), of which -1 is for ever.
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
  LeavingRoom leaving(options_.max_connections / 4, kMaxUnsentBytes, 2 * options_.client_timeout);
  receive_requests(leaving);
  listener_.reset();
  drain();
  see_off(leaving);
  threads_.clear();
}

void HttpServer::stop() {
  // An eventfd keeps its state, so a stop that comes before serve() is not lost.
  raise(stop_event_);
}

void HttpServer::receive_requests(LeavingRoom& leaving) {
  WaitingRoom room(options_.max_connections / 2, kMaxHeldBytes, options_.max_body_bytes, options_.client_timeout,
                   [this](const HttpConnection& connection) {
                     const auto request = read_request(connection, options_.max_body_bytes);
                     return !request || handler_.refuses(*request);
                   });
  std::vector<pollfd> entries;
  for (;;) {
    entries.assign({{stop_event_.get(), POLLIN, 0}, {answered_event_.get(), POLLIN, 0}, {listener_->fd(), POLLIN, 0}});
    const size_t first_arriving = entries.size();
    room.append_to(entries);
    const size_t first_leaving = entries.size();
    leaving.append_to(entries);
    if (::poll(entries.data(), entries.size(), earlier(room.poll_timeout(), leaving.poll_timeout())) < 0) continue;
    if (entries[0].revents != 0) return;
    for (HttpConnection& hungry : leaving.see_off(entries.data() + first_leaving, entries.size() - first_leaving)) {
      send_on(std::move(hungry), leaving);
    }
    if (entries[1].revents != 0) take_answered(leaving);
    const bool starved = entries[2].revents != 0 && !accept_some(room);
    WaitingRoom::Leaving sorted = room.sort(entries.data() + first_arriving, first_leaving - first_arriving);
    // The answers first: a connection that was moved into an argument may be read no more by the next one.
    for (HttpConnection& late : sorted.late) {
      const std::string answer = late_answer(late, handler_);
      turn_away(std::move(late), answer, UINT64_MAX, leaving);
    }
    for (HttpConnection& one : sorted.crowded) {
      const std::string answer = crowded_answer(one, handler_);
      turn_away(std::move(one), answer, UINT64_MAX, leaving);
    }
    for (HttpConnection& ready : sorted.ready) hand_over(std::move(ready), leaving);
    if (!starved || make_room(room, leaving)) continue;
    // Others hold all descriptors. Who wants in stays in the backlog, and asking again at once would only spin.
    pollfd stop{stop_event_.get(), POLLIN, 0};
    ::poll(&stop, 1, kRetryAcceptMs);
  }
}

bool HttpServer::make_room(WaitingRoom& room, LeavingRoom& leaving) {
  if (leaving.close_slowest()) return true;
  auto oldest = room.take_oldest();
  if (!oldest) return false;
  // Its descriptor is needed now, so it reads the answer or does not.
  oldest->write(crowded_answer(*oldest, handler_));
  oldest->leave(0);
  oldest->depart();
  return true;
}

bool HttpServer::accept_some(WaitingRoom& room) {
  for (size_t i = 0; i < kAcceptedAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    UniqueFd socket(
        ::accept4(listener_->fd(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      const bool starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      // Without a free descriptor accept4 fails so even where nobody is left to be let in.
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

// Answers what will not be read on; with an empty answer it is closed.
void HttpServer::turn_away(HttpConnection connection, const std::string& answer, uint64_t still_coming, LeavingRoom& leaving) {
  if (answer.empty() || !connection.write(answer)) return;
  connection.leave(still_coming);
  leaving.enter(std::move(connection));
}

void HttpServer::put_off(PendingRequest request, LeavingRoom& leaving) {
  if (!request.request) return;  // an answer that was begun cannot become another one
  const std::string answer = busy_answer(request.connection, handler_);
  turn_away(std::move(request.connection), answer, request.request->content_length, leaving);
}

void HttpServer::hand_over(HttpConnection connection, LeavingRoom& leaving) {
  handler_.arrived();
  auto request = read_request(connection, options_.max_body_bytes);
  if (!request) {
    report(connection, request.error().status);
    const uint64_t still_coming = connection.head_too_long() ? UINT64_MAX : announced_body(connection.head());
    const std::string answer = malformed_answer(connection, handler_, request.error());
    turn_away(std::move(connection), answer, still_coming, leaving);
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
  if (removed) put_off(std::move(*removed), leaving);
}

// To a worker, who makes more of its answer.
void HttpServer::send_on(HttpConnection connection, LeavingRoom& leaving) {
  if (draining_until_) {
    std::optional<HttpConnection> hungry(std::move(connection));
    while (hungry && std::chrono::steady_clock::now() < *draining_until_) {
      hungry->produce();
      hungry = leaving.enter(std::move(*hungry));
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
  if (removed) put_off(std::move(*removed), leaving);
}

void HttpServer::take_answered(LeavingRoom& leaving) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(answered_event_.get(), &count, sizeof count);
  std::deque<HttpConnection> taken;
  {
    std::lock_guard lock(mutex_);
    taken.swap(answered_);
  }
  for (HttpConnection& connection : taken) {
    if (auto hungry = leaving.enter(std::move(connection))) send_on(std::move(*hungry), leaving);
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
    wake_workers_.notify_one();  // for one of its lane or kind that could not begin
  }
}

void HttpServer::answer_one(PendingRequest pending) {
  HttpConnection& connection = pending.connection;
  const int fd = connection.fd();
  try {
    if (!pending.request) {
      connection.produce();
    } else if (connection.peer_lost()) {
      connection.break_off(true);  // nobody would get the answer
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
    // Out of memory, at most: the connection ends, the daemon goes on.
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
  // Without the query, where someone may have put a secret, and nothing that would move a terminal's cursor.
  const std::string_view line = std::string_view(connection.head()).substr(0, connection.head().find(" HTTP/"));
  std::string request = shown(line.substr(0, line.find('?')));
  if (request.starts_with('"')) request = request.substr(1, request.size() - 2);  // the log quotes by itself
  log_event(logger_.get(), Severity::debug, "request", {{"request", request}, {"status", status}, {"client", connection.client()}},
            fmt::format("{} {}", request, status));
}

void HttpServer::give_back(HttpConnection connection, int fd) {
  const bool over = connection.depart() == HttpConnection::Departure::over;
  // Not open any more before it is closed: drain() must never touch a number that was given to another file.
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
  // An answer that was begun is under way; see_off() makes more of it.
  for (HttpConnection& begun : queue_.clear()) answered_.push_back(std::move(begun));
  wake_workers_.notify_all();
  wake_live_.notify_all();
  connection_ended_.wait_for(lock, kGrace, [this] { return open_.empty(); });
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
}

void HttpServer::see_off(LeavingRoom& leaving) {
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  draining_until_ = deadline;
  take_answered(leaving);
  std::vector<pollfd> entries;
  while (!leaving.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= 0ms) return;
    entries.clear();
    leaving.append_to(entries);
    ::poll(entries.data(), entries.size(), earlier(leaving.poll_timeout(), static_cast<int>(left.count())));
    for (HttpConnection& hungry : leaving.see_off(entries.data(), entries.size())) send_on(std::move(hungry), leaving);
  }
}

}  // namespace copybench
