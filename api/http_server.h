// The transport: accepts connections, reads one request from each, has it answered, closes. One thread receives all
// requests, in a WaitingRoom, and sends on what clients have not read yet, in a LeavingRoom; the workers answer requests that
// have arrived, in the turns of a RequestQueue, and wait for no client. Live streams have threads of their own. cpp-httplib
// parses the requests; sockets, threads and deadlines are ours, as its own are not fit for this: it accepts without
// close-on-exec (the children of a run would inherit the sockets), has a backlog of 5, reads heads of any length a byte at a
// time without a limit on the whole, and forgets a stop() that comes before it listens. One request a connection: request
// smuggling has nothing to smuggle into.
//
// Lifetime: construct -> start() -> serve() until stop(). Threads: stop() any, at any time; the others one.
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

#include "api/http_connection.h"
#include "api/listener.h"
#include "api/message.h"
#include "api/request_head.h"
#include "api/request_queue.h"
#include "core/base/result.h"
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
  // Whose request it is, for the log: an IP address, or empty on a unix socket.
  virtual std::string client_of(const HttpRequest& request) const { return request.peer; }
  // A request has arrived, whatever will become of it: once each.
  virtual void arrived() = 0;
  // What kind of work it is to answer it, and with which others it takes turns. Must be quick: called between others' bytes.
  virtual Lane lane_of(const HttpRequest& request) const = 0;
  // Whether the head alone, of a request with a body, is enough to refuse it: then answer_head() is asked, and the body is not
  // waited for. Must be quick, as lane_of().
  virtual bool refuses(const HttpRequest& request) const = 0;
  // Judges a request by its head, before its body is read. An answer ends the request; none asks for the body, of which
  // there must be one: then answer() follows.
  virtual std::optional<HttpResponse> answer_head(const HttpRequest& request) = 0;
  virtual HttpResponse answer(const HttpRequest& request) = 0;
  // For what never became a request: a malformed head, a body cut short.
  virtual HttpResponse answer_malformed(int status, std::string detail, const std::string& path) = 0;
};

struct HttpServerOptions {
  size_t threads = 8;        // for everything but live streams
  size_t live_streams = 16;  // at once; the handler sees to it that there are no more
  // Half of them for requests that are still arriving, where the oldest one goes for one too many, with a 429; a quarter each for
  // requests that wait for a worker, where the newest of the most greedy kind goes, with a 503, and for answers that are not
  // read yet, where the slowest one goes.
  size_t max_connections = 1024;
  uint64_t max_body_bytes = kMaxBodyBytes;
  // For a request's head, and for its body, to arrive; twice that is the period over which a client's pace is judged.
  std::chrono::milliseconds client_timeout = std::chrono::seconds{5};
};

class HttpServer {
 public:
  HttpServer(HttpServerOptions options, Listener listener, RequestHandler& handler,
             std::shared_ptr<spdlog::logger> logger);
  ~HttpServer();

  // Makes the threads, or says why there are none.
  Result<void> start();
  void serve();
  // Makes serve() return: at once for who waits; answers under way have half a second to be made, and another to be read.
  void stop();

 private:
  struct LiveAnswer {
    HttpConnection connection;
    HttpRequest request;
    HttpResponse response;
  };

  void receive_requests(LeavingRoom& leaving);
  bool accept_some(WaitingRoom& room);  // false: there are no descriptors left
  void hand_over(HttpConnection connection, LeavingRoom& leaving);
  void send_on(HttpConnection connection, LeavingRoom& leaving);
  void turn_away(HttpConnection connection, const std::string& answer, uint64_t still_coming, LeavingRoom& leaving);
  void put_off(PendingRequest request, LeavingRoom& leaving);
  bool make_room(WaitingRoom& room, LeavingRoom& leaving);  // closes a connection; false: there is none
  void take_answered(LeavingRoom& leaving);
  void work();
  void work_live();
  void answer_one(PendingRequest request);
  void report(const HttpConnection& connection, int status) const;
  // From a worker, back to the thread that polls.
  void give_back(HttpConnection connection, int fd);
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
  std::condition_variable wake_live_;
  std::condition_variable connection_ended_;
  RequestQueue queue_;
  std::deque<LiveAnswer> live_;
  std::deque<HttpConnection> answered_;  // by workers, and not to be closed yet
  std::unordered_set<int> open_;  // sockets being served, so that drain() can end them
  bool stopping_ = false;
  // Of the thread that polls: until when it makes answers itself, as there are no workers any more.
  std::optional<std::chrono::steady_clock::time_point> draining_until_;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace copybench
