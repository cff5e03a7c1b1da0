// The transport: accepts connections, reads one request from each, has it answered, closes. One thread receives all
// requests, in a WaitingRoom, and sees off who was answered, in a LeavingRoom; the workers answer requests that have arrived,
// and wait for no client but those of live streams. cpp-httplib parses the
// requests and writes the answers; the sockets, threads and deadlines are ours, as its own are not fit for this: it
// accepts without close-on-exec (the children of a run would inherit the sockets), has a backlog of 5, reads heads of
// any length a byte at a time without a limit on the whole, and forgets a stop() that comes before it listens. One
// request a connection: request smuggling has nothing to smuggle into.
//
// Lifetime: construct -> serve() until stop(). Threads: stop() any, at any time; serve() one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "api/http_connection.h"
#include "api/listener.h"
#include "api/message.h"
#include "api/request_head.h"
#include "core/base/unique_fd.h"

namespace spdlog {
class logger;
}

namespace copybench {

class LeavingRoom;
class WaitingRoom;

// What answers the requests. Called from many threads at once. Exceptions become a 500 that tells nothing of them.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // A request has arrived, whatever will become of it: once each.
  virtual void arrived() = 0;
  // Judges a request by its head, before its body is read. An answer ends the request; none asks for the body, of which
  // there must be one: then answer() follows.
  virtual std::optional<HttpResponse> answer_head(const HttpRequest& request) = 0;
  virtual HttpResponse answer(const HttpRequest& request) = 0;
  // For what never became a request: a malformed head, a body cut short.
  virtual HttpResponse answer_malformed(int status, std::string detail, const std::string& path) = 0;
};

struct HttpServerOptions {
  size_t threads = 24;
  // Half of them for requests that are still arriving, where the oldest one goes for one too many, with a 429; a quarter each for
  // requests that wait for a worker, where one more is answered 503 at once, and for answers that are not read yet, where
  // again the oldest one goes.
  size_t max_connections = 1024;
  uint64_t max_body_bytes = kMaxBodyBytes;
  std::chrono::milliseconds client_timeout = std::chrono::seconds{5};
};

class HttpServer {
 public:
  HttpServer(HttpServerOptions options, Listener listener, RequestHandler& handler,
             std::shared_ptr<spdlog::logger> logger);
  ~HttpServer();

  void serve();
  // Makes serve() return: at once for who waits; answers under way have half a second to be made, and another to be read.
  void stop();

 private:
  void receive_requests(LeavingRoom& leaving);
  bool accept_some(WaitingRoom& room);  // false: there are no descriptors left
  void hand_over(HttpConnection connection, LeavingRoom& leaving);
  bool make_room(WaitingRoom& room, LeavingRoom& leaving);  // closes a connection; false: there is none
  void take_answered(LeavingRoom& leaving);
  void work();
  void serve_connection(HttpConnection connection);
  void drain();
  void see_off(LeavingRoom& leaving);

  const HttpServerOptions options_;
  std::optional<Listener> listener_;  // none once serve() is draining
  RequestHandler& handler_;
  const std::shared_ptr<spdlog::logger> logger_;
  UniqueFd stop_event_;
  UniqueFd answered_event_;

  std::mutex mutex_;
  std::condition_variable wake_workers_;
  std::condition_variable connection_ended_;
  std::deque<HttpConnection> waiting_;
  size_t waiting_bytes_ = 0;
  std::deque<HttpConnection> answered_;  // by workers, and not to be closed yet
  std::unordered_set<int> open_;  // sockets being served, so that drain() can end them
  bool stopping_ = false;
};

}  // namespace copybench
