// The transport: accepts connections, reads one request from each, has it answered, closes. One thread receives all requests
// (PendingRequests) and sends what clients have not read yet (LingeringConnections). The workers answer complete requests in the
// order of a RequestQueue and never wait for a client. Live streams have threads of their own.
//
// cpp-httplib parses only the request target. Sockets, threads and deadlines are implemented here, because cpp-httplib accepts
// without close-on-exec (the children of a run would inherit the sockets), has a backlog of 5, reads heads byte by byte without a
// limit on their total length, and loses a stop() that comes before it listens. A connection carries one request, which rules
// out request smuggling.
//
// Lifetime: construct -> start() -> serve() until stop(). Threads: stop() from any thread at any time; the others from one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "api/http/connection.h"
#include "api/http/listener.h"
#include "api/http/message.h"
#include "api/http/request_handler.h"
#include "api/http/request_head.h"
#include "api/http/request_queue.h"
#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace spdlog {
class logger;
}

namespace copybench {

class LingeringConnections;
class PendingRequests;

struct HttpServerOptions {
  size_t threads = 8;        // for everything but live streams
  size_t live_streams = 16;  // at once; the handler must not open more
  // Half are for requests that are still arriving; over that limit the oldest gets 429. A quarter is for requests that wait for a
  // worker; over that limit the newest of the longest lane gets 503. A quarter is for answers that are not read yet; over that
  // limit the slowest connection is closed.
  size_t max_connections = 1024;
  uint64_t max_body_bytes = kMaxBodyBytes;
  // For a request's head, and again for its body. A client's reading speed is measured over twice this time.
  std::chrono::milliseconds client_timeout = std::chrono::seconds{5};
};

class HttpServer {
 public:
  HttpServer(HttpServerOptions options, Listener listener, RequestHandler& handler,
             std::shared_ptr<spdlog::logger> logger);
  ~HttpServer();

  // Starts the threads; fails if the system refuses one.
  Result<void> start();
  void serve();
  // Makes serve() return. Waiting requests are dropped at once; answers under way have half a second to be made and another
  // half to be read.
  void stop();

 private:
  struct LiveAnswer {
    HttpConnection connection;
    HttpRequest request;
    HttpResponse response;
  };

  void receive_requests(LingeringConnections& lingering);
  bool accept_some(PendingRequests& room);  // false: no descriptors are left
  void hand_over(HttpConnection connection, LingeringConnections& lingering);
  void send_on(HttpConnection connection, LingeringConnections& lingering);
  void reject(HttpConnection connection, const std::string& answer, uint64_t still_coming, LingeringConnections& lingering);
  void put_off(PendingRequest request, LingeringConnections& lingering);
  bool make_room(PendingRequests& room, LingeringConnections& lingering);  // closes a connection; false: there was none
  void take_answered(LingeringConnections& lingering);
  void work();
  void work_live();
  void answer_one(PendingRequest request);
  void report(const HttpConnection& connection, int status) const;
  // Returns a connection from a worker to the polling thread.
  void give_back(HttpConnection connection, int fd);
  void drain();
  void linger(LingeringConnections& lingering);

  const HttpServerOptions options_;
  std::optional<Listener> listener_;  // none once serve() drains
  RequestHandler& handler_;
  const std::shared_ptr<spdlog::logger> logger_;
  UniqueFd stop_event_;
  UniqueFd answered_event_;

  std::mutex mutex_;
  std::condition_variable wake_workers_;
  std::condition_variable wake_live_;
  std::condition_variable connection_ended_;
  RequestQueue queue_;
  std::deque<LiveAnswer> live_;
  std::deque<HttpConnection> answered_;  // by workers; not ready to be closed
  std::unordered_set<int> open_;  // sockets that workers use, so that drain() can shut them down
  bool stopping_ = false;
  // Only for the polling thread: until then it makes pieces itself, because the workers have ended.
  std::optional<std::chrono::steady_clock::time_point> draining_until_;
  std::vector<std::jthread> threads_;  // last, because they use all of the above
};

}  // namespace copybench
