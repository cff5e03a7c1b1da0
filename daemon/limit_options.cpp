#include "daemon/limit_options.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "daemon/configuration.h"

namespace copybench {
namespace {

// The database and its readers, logs, the pipes of a run's children, and a reserve.
constexpr size_t kOtherFiles = 128;
constexpr size_t kFewestConnections = 16;

}  // namespace

void add_limit_options(CLI::App& command, LimitOptions& options) {
  command
      .add_option("--max-connections", options.max_connections,
                  "Connections at once: half of them for requests that are arriving, a quarter for those that wait for an "
                  "answer, a quarter for answers that are being read")
      ->check(CLI::Range(kFewestConnections, size_t{100'000}))
      ->capture_default_str();
  command.add_option("--max-event-streams", options.max_event_streams, "Event streams at once; each takes a thread")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--max-queued", options.max_queued, "Experiments that are queued or running at once")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--max-request-bytes", options.max_request_bytes, "Bytes of a request's body")
      ->check(CLI::Range(uint64_t{1024}, uint64_t{64} << 20))
      ->capture_default_str();
  command
      .add_option("--request-timeout", options.request_timeout_s,
                  "Seconds for the head of a request to arrive, and again for its body")
      ->check(finite_number(0.1, 300))
      ->capture_default_str();
  command
      .add_option("--post-rate", options.post_rates.per_client,
                  "Changes that one client may ask for, a second on average, bursts of ten times as many; 0: no limit")
      ->check(finite_number(0, 1e6))
      ->group(kReloadable)
      ->capture_default_str();
  command.add_option("--post-rate-total", options.post_rates.total, "The same for all clients together")
      ->check(finite_number(0, 1e6))
      ->group(kReloadable)
      ->capture_default_str();
}

void apply_limits(const LimitOptions& limits, ApiOptions& options) {
  options.max_connections = limits.max_connections;
  options.event_streams = limits.max_event_streams;
  options.max_queued = limits.max_queued;
  options.max_body_bytes = limits.max_request_bytes;
  options.client_timeout = std::chrono::milliseconds{static_cast<int64_t>(limits.request_timeout_s * 1000)};
  options.post_rates = limits.post_rates;
}

Result<std::string> fit_to_open_files(LimitOptions& limits) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return std::string();
  const rlimit most{files.rlim_max, files.rlim_max};
  if (files.rlim_cur < files.rlim_max && ::setrlimit(RLIMIT_NOFILE, &most) == 0) files = most;
  const size_t others = kOtherFiles + limits.max_event_streams;
  if (files.rlim_cur >= limits.max_connections + others) return std::string();
  if (files.rlim_cur < kFewestConnections + others) {
    return fail(fmt::format("this process may open only {} files, and needs {}; raise its limit (ulimit -n, LimitNOFILE=)", files.rlim_cur,
                            kFewestConnections + others));
  }
  const auto asked = limits.max_connections;
  limits.max_connections = files.rlim_cur - others;
  return fmt::format("{} connections instead of {}, since this process may open only {} files; raise its limit (ulimit -n, "
                     "LimitNOFILE=), or lower --max-connections",
                     limits.max_connections, asked, files.rlim_cur);
}

}  // namespace copybench
