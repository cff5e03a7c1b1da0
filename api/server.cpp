#include "api/server.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/event_stream.h"
#include "api/endpoints/router.h"
#include "api/http/listener.h"
#include "api/http/server.h"

namespace copybench {

class ApiServer::Impl {
 public:
  Impl(ApiOptions options, ApiContext context)
      : options_(std::move(options)),
        context_(with_limits(std::move(context), options_)),
        streams_(
            context_.readers, context_.changed, [this] { return context_.scheduler.paused_reason(); },
            options_.event_streams, options_.heartbeat),
        api_(context_, streams_) {}

  Result<std::string> bind() {
    auto address = parse_listen_address(options_.listen);
    if (!address) return tl::unexpected(std::move(address.error()));
    auto listener = Listener::open(*address);
    if (!listener) return tl::unexpected(std::move(listener.error()));
    bound_ = to_string(listener->address());
    loopback_ = listener->loopback();
    if (auto allowed = check_access(options_.access); !allowed) return tl::unexpected(std::move(allowed.error()));
    router_.emplace(api_, context_.store, context_.activity, listener->address().host, options_.access,
                    options_.post_rates);
    HttpServerOptions http;
    http.max_connections = options_.max_connections;
    http.max_body_bytes = options_.max_body_bytes;
    http.threads = options_.workers;
    http.live_streams = options_.event_streams;
    http.client_timeout = options_.client_timeout;
    std::lock_guard lock(mutex_);
    http_ = std::make_unique<HttpServer>(http, std::move(*listener), *router_, context_.logger);
    if (stopped_) http_->stop();
    return bound_;
  }

  Result<void> set_access(AccessRules access) {
    if (auto allowed = check_access(access); !allowed) return allowed;
    // A stream that an earlier token opened does not outlive that token.
    if (router_->set_access(std::move(access))) streams_.end_all();
    return {};
  }

  void set_post_rates(PostRates rates) { router_->set_post_rates(rates); }

  Result<void> serve() {
    if (auto started = http_->start(); !started) return started;
    http_->serve();
    return {};
  }

  Result<void> start() {
    if (auto started = http_->start(); !started) return started;
    std::lock_guard lock(thread_mutex_);
    try {
      thread_ = std::thread([this] { http_->serve(); });
    } catch (const std::system_error& error) {
      return fail(fmt::format("cannot start a thread for the API: {}. Raise the limit of processes (ulimit -u, TasksMax=)",
                              error.code().message()));
    }
    return {};
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      if (http_) http_->stop();
    }
    context_.activity.stop();
    context_.changed.close();
    std::lock_guard lock(thread_mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  static ApiContext with_limits(ApiContext context, const ApiOptions& options) {
    context.max_queued = options.max_queued;
    return context;
  }

  Result<void> check_access(const AccessRules& access) const {
    if (loopback_ || access.token) return {};
    return fail(token_needed(bound_));
  }

  const ApiOptions options_;
  const ApiContext context_;
  EventStreams streams_;
  Api api_;
  std::string bound_;
  bool loopback_ = false;
  std::optional<Router> router_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::unique_ptr<HttpServer> http_;
  std::mutex thread_mutex_;
  std::thread thread_;
};

std::unique_ptr<ApiServer> ApiServer::create(ApiOptions options, ApiContext context) {
  return std::unique_ptr<ApiServer>(new ApiServer(std::make_unique<Impl>(std::move(options), std::move(context))));
}

ApiServer::ApiServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiServer::~ApiServer() { impl_->stop(); }

Result<std::string> ApiServer::bind() { return impl_->bind(); }
Result<void> ApiServer::serve() { return impl_->serve(); }
Result<void> ApiServer::start() { return impl_->start(); }
Result<void> ApiServer::set_access(AccessRules access) { return impl_->set_access(std::move(access)); }
void ApiServer::set_post_rates(PostRates rates) { impl_->set_post_rates(rates); }
void ApiServer::stop() { impl_->stop(); }

}  // namespace copybench
