// The HTTP API of the daemon, from a listening socket to its last answer.
//
// Lifetime: create() -> bind() -> start() or serve() -> stop(). Everything in ApiContext must outlive the server.
// Threads: stop() may be called from any thread, also from a signal-waiting one, at any time and more than once: before
// bind(), before or during serve(), after it. All other member functions belong to one thread.
// Errors: bind() says which address, why not, and what to do. An address that other machines can reach needs a token.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "api/access.h"
#include "api/http_server.h"
#include "api/perf_report.h"
#include "api/post_limit.h"
#include "core/base/change_signal.h"
#include "core/base/result.h"
#include "core/run/activity.h"
#include "core/run/scheduler.h"
#include "core/store/reader.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

struct ApiOptions {
  std::string listen = "127.0.0.1:8090";  // "HOST:PORT", "[IPV6]:PORT", "unix:PATH"; port 0: any free one
  AccessRules access;
  size_t max_connections = HttpServerOptions{}.max_connections;
  uint64_t max_body_bytes = kMaxBodyBytes;
  PostRates post_rates;
  int64_t max_queued = 1000;              // experiments that are queued or running; one more is answered 503
  size_t event_streams = 16;              // open at once; one more is answered 429
  size_t workers = 8;                     // threads for everything but event streams
  std::chrono::milliseconds client_timeout = std::chrono::seconds{5};  // as HttpServerOptions has it
  std::chrono::milliseconds heartbeat = std::chrono::seconds{15};      // of an idle event stream
};

struct ApiContext {
  Store& store;
  ReaderPool& readers;
  Scheduler& scheduler;
  const PerfReport& perf;  // filled by whoever starts the daemon, in its own time
  ChangeSignal& changed;   // closed by stop(), so that event streams end
  ActivityCounter& activity;
  std::shared_ptr<spdlog::logger> logger;
  int64_t max_queued = ApiOptions{}.max_queued;  // the server puts its options' in
};

class ApiServer {
 public:
  static std::unique_ptr<ApiServer> create(ApiOptions options, ApiContext context);
  ~ApiServer();  // stops
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Listens from here on; connections wait until start() or serve(). Returns the address with the port that was chosen,
  // in the form of ApiOptions::listen.
  Result<std::string> bind();
  // Answers requests until stop(), in this thread and its workers. bind() must have succeeded. Fails at once where there are
  // not threads enough.
  Result<void> serve();
  // serve() in a thread of its own.
  Result<void> start();
  // Puts these rules in the place of ApiOptions::access, for requests from now on. Fails, and changes nothing, where
  // other machines would be left without a token. After bind(); any thread.
  Result<void> set_access(AccessRules access);
  // The same of ApiOptions::post_rates.
  void set_post_rates(PostRates rates);
  // Ends listening, sends each event stream its last event, gives other answers under way half a second, and, after
  // start(), returns when all is over: within a second.
  void stop();

 private:
  class Impl;
  explicit ApiServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
