// The HTTP API of the daemon, from the listening socket to the last answer.
//
// Lifetime: create() -> bind() -> start() or serve() -> stop(). Everything in ApiContext must outlive the server.
// Threads: stop() may be called from any thread, also from one that waits for signals, at any time and more than once: before
// bind(), before, during or after serve(). set_access() and set_post_rates() may be called from any thread after bind(). All
// other member functions belong to one thread.
// Errors: bind() reports the address, the cause, and what to do. An address that other machines can reach needs a token.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "api/endpoints/context.h"
#include "api/http/access.h"
#include "api/http/post_limit.h"
#include "api/http/server.h"
#include "core/base/result.h"

namespace copybench {

struct ApiOptions {
  std::string listen = "127.0.0.1:8090";  // "HOST:PORT", "[IPV6]:PORT", "unix:PATH"; port 0: any free one
  AccessRules access;
  size_t max_connections = HttpServerOptions{}.max_connections;
  uint64_t max_body_bytes = kMaxBodyBytes;
  PostRates post_rates;
  int64_t max_queued = kDefaultMaxQueued;              // experiments that are queued or running; one more gets 503
  size_t event_streams = 16;              // open at once; one more gets 429
  size_t workers = 8;                     // threads for everything but event streams
  std::chrono::milliseconds client_timeout = std::chrono::seconds{5};  // see HttpServerOptions
  std::chrono::milliseconds heartbeat = std::chrono::seconds{15};      // of an idle event stream
};

class ApiServer {
 public:
  static std::unique_ptr<ApiServer> create(ApiOptions options, ApiContext context);
  ~ApiServer();  // stops
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Starts to listen; connections wait until start() or serve(). Returns the address with the chosen port, in the form of
  // ApiOptions::listen.
  Result<std::string> bind();
  // Answers requests until stop(), in this thread and its workers. bind() must have succeeded. Fails at once if a thread cannot
  // be started.
  Result<void> serve();
  // Runs serve() in a thread of its own.
  Result<void> start();
  // Replaces ApiOptions::access for requests from now on. Fails and changes nothing if other machines could connect without a
  // token. After bind(); any thread.
  Result<void> set_access(AccessRules access);
  // The same for ApiOptions::post_rates.
  void set_post_rates(PostRates rates);
  // Stops listening, sends each event stream its last event, and gives other answers under way half a second. After start(),
  // returns when all connections have ended: within a second.
  void stop();

 private:
  class Impl;
  explicit ApiServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
