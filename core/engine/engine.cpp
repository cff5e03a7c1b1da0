#include "core/engine/engine.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "core/base/lines.h"
#include "core/base/signals.h"
#include "core/base/time.h"
#include "core/engine/acceptor.h"
#include "core/engine/connection.h"
#include "core/host/cpu_set.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

// After SIGINT, SIGTERM or the end of stdin: the timeout for clients to read what is in flight. Then their connections are cut.
constexpr std::chrono::seconds kStopTime{2};

class Engine {
 public:
  Engine(const EngineOptions& options, const ReportSink& report) : options_(options), report_(report) {}

  Result<void> run();

 private:
  Result<void> open();
  Result<void> wait_for_events();
  void welcome(AcceptedClient client);
  void refuse(const AcceptedClient& client, Welcome why);
  Result<void> take_orders();
  Result<void> obey(const std::string& line);
  void retire_ended();
  void stop_all();
  bool may_end() const { return finishing_ && connections_.empty(); }

  std::vector<int> cpus_of(size_t connection) const;
  void report_mark(const char* name);
  void report_result();

  const EngineOptions& options_;
  const ReportSink& report_;
  RunToken token_{};
  std::optional<Acceptor> acceptor_;
  std::optional<SignalFd> signals_;
  UniqueFd ended_;  // eventfd that the connections' threads raise
  LineBuffer orders_;
  std::vector<std::unique_ptr<ServedConnection>> connections_;
  std::vector<Json> accounts_;  // of connections that have ended
  size_t welcomed_ = 0;
  uint64_t refused_ = 0;
  std::optional<std::string> last_problem_;  // why an expected client could not be served
  bool finishing_ = false;
  std::optional<Monotonic::time_point> cut_at_;
};

Result<void> Engine::run() {
  if (auto opened = open(); !opened) return opened;
  while (!may_end()) {
    if (auto waited = wait_for_events(); !waited) return waited;
    retire_ended();
  }
  report_result();
  return {};
}

Result<void> Engine::open() {
  if (options_.take_orders) {
    auto token = await_token(orders_, STDIN_FILENO);
    if (!token) return tl::unexpected(token.error());
    token_ = *token;
  }
  auto signals = SignalFd::create({SIGINT, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());
  signals_ = std::move(*signals);
  ended_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  auto listener = listen_tcp(options_.host, options_.port, options_.socket);
  if (!listener) return tl::unexpected(listener.error());
  const auto port = local_port(listener->get());
  if (!port) return tl::unexpected(port.error());
  auto acceptor = Acceptor::open(std::move(*listener), token_);
  if (!acceptor) return tl::unexpected(acceptor.error());
  acceptor_ = std::move(*acceptor);
  if (!options_.cpus.empty()) {
    if (auto pinned = pin_this_thread(options_.cpus); !pinned) return pinned;
  }
  report_({{"report", report::kReady},
           {"engine", name_of(options_.mode)},
           {"host", options_.host},
           {"port", *port},
           {"field_bytes", options_.field_bytes},
           {"message_bytes", options_.field_bytes * kFieldsPerMessage},
           {"threads", options_.threads},
           {"pid", ::getpid()}});
  return {};
}

Result<void> Engine::wait_for_events() {
  auto deadline = acceptor_->deadline();
  if (cut_at_) deadline = deadline ? std::min(*deadline, *cut_at_) : *cut_at_;
  int timeout = -1;
  if (deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Monotonic::now());
    timeout = static_cast<int>(std::max<int64_t>(0, left.count()));
  }
  pollfd fds[] = {{acceptor_->poll_fd(), POLLIN, 0},
                  {signals_->fd(), POLLIN, 0},
                  {ended_.get(), POLLIN, 0},
                  {options_.take_orders ? STDIN_FILENO : -1, POLLIN, 0}};
  if (::poll(fds, std::size(fds), timeout) < 0 && errno != EINTR) return tl::unexpected(system_error("poll", errno));

  for (AcceptedClient& client : acceptor_->admit()) welcome(std::move(client));
  if (signals_->take()) stop_all();
  if (fds[2].revents != 0) {
    uint64_t count;
    static_cast<void>(::read(ended_.get(), &count, sizeof count));
  }
  if (fds[3].revents != 0) {
    if (auto taken = take_orders(); !taken) return taken;
  }
  if (cut_at_ && Monotonic::now() >= *cut_at_) {
    for (auto& connection : connections_) connection->stop(/*hard=*/true);
    cut_at_.reset();
  }
  return {};
}

std::vector<int> Engine::cpus_of(size_t connection) const {
  if (options_.cpus.empty()) return {};
  return {options_.cpus[connection % options_.cpus.size()]};
}

void Engine::welcome(AcceptedClient client) {
  if (client.greeting.field_bytes != options_.field_bytes) {
    refuse(client, Welcome::wrong_field_bytes);
  } else if (finishing_ || connections_.size() >= options_.threads) {
    refuse(client, Welcome::busy);
  } else {
    ServedConnectionOptions options{options_.mode, options_.field_bytes, options_.socket, cpus_of(welcomed_),
                                    token_, client.greeting.nonce, options_.ring_messages, options_.reuse_early, options_.slowdown};
    auto connection = ServedConnection::start(client.socket, options, [this] {
      const uint64_t one = 1;
      static_cast<void>(::write(ended_.get(), &one, sizeof one));
    });
    if (!connection) {
      refuse(client, Welcome::no_memory);
      last_problem_ = connection.error().message;
      return;
    }
    ++welcomed_;
    connections_.push_back(std::move(*connection));
    // A run has one load. An engine started by hand may serve one load after another.
    if (options_.take_orders && welcomed_ == options_.threads) acceptor_->close();
  }
}

void Engine::refuse(const AcceptedClient& client, Welcome why) {
  ++refused_;
  const auto reply = encode(GreetingReply{why, 0, options_.field_bytes}, token_, client.greeting.nonce);
  // One small segment into an empty buffer. If it does not fit at once, the peer is gone.
  static_cast<void>(::send(client.socket.get(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

Result<void> Engine::take_orders() {
  auto more = orders_.read_from(STDIN_FILENO);
  if (!more) return tl::unexpected(more.error());
  while (auto line = orders_.next()) {
    if (auto obeyed = obey(*line); !obeyed) return obeyed;
  }
  if (!*more) {
    if (finishing_) return fail("whoever gives the orders is gone");
    stop_all();
  }
  return {};
}

Result<void> Engine::obey(const std::string& line) {
  const std::string word = order_of(line);
  if (word == order::kOpen) {
    // Clients from before the window must not count as rejected in it.
    acceptor_->reject_waiting();
    report_mark(report::kOpened);
  } else if (word == order::kClose) {
    report_mark(report::kClosed);
  } else if (word == order::kFinish) {
    finishing_ = true;
  } else {
    return fail(fmt::format("not an order of an engine: {}", line.substr(0, 200)));
  }
  return {};
}

void Engine::stop_all() {
  finishing_ = true;
  cut_at_ = Monotonic::now() + kStopTime;
  for (auto& connection : connections_) connection->stop(/*hard=*/false);
}

void Engine::retire_ended() {
  for (auto& connection : connections_) {
    if (!connection->ended()) continue;
    accounts_.push_back(connection->account());
    // For the run's error message, which quotes stderr, in case this ends the load before the engine's result is requested.
    const Json& problem = accounts_.back()["problem"];
    if (options_.take_orders && problem.is_string()) {
      static_cast<void>(write_line(STDERR_FILENO, "a connection: " + problem.get<std::string>()));
    }
    connection.reset();
  }
  std::erase(connections_, nullptr);
}

void Engine::report_mark(const char* name) {
  Json connections = Json::array();
  uint64_t messages = 0;
  uint64_t bytes = 0;
  for (const auto& connection : connections_) {
    messages += connection->counters().messages.load(std::memory_order_relaxed);
    bytes += connection->counters().bytes.load(std::memory_order_relaxed);
  }
  // Reads the clocks next to the counters, and the sockets, which take longer, after both.
  const int64_t now = monotonic_ns();
  const int64_t cpu = process_cpu_ns();
  const int64_t rusage_cpu = rusage_cpu_ns();
  for (const auto& connection : connections_) {
    const auto info = connection->tcp_info();
    connections.push_back(info ? to_json(*info) : Json(nullptr));
  }
  report_({{"report", name},
           {"monotonic_ns", now},
           {"cpu_ns", cpu},
           {"rusage_cpu_ns", rusage_cpu},
           {"messages", messages},
           {"bytes", bytes},
           {"connections", std::move(connections)},
           {"rejected_clients", acceptor_->reject_waiting()}});
}

void Engine::report_result() {
  Json totals = Json::object();
  for (const Json& account : accounts_) {
    for (const char* key : {"messages", "bytes", "partial_sends", "zerocopy_sends", "zerocopy_completions",
                            "zerocopy_copied", "zerocopy_enobufs", "drain_ns"}) {
      if (account.contains(key)) totals[key] = totals.value(key, int64_t{0}) + account[key].get<int64_t>();
    }
  }
  report_({{"report", report::kResult},
           {"engine", name_of(options_.mode)},
           {"connections_served", accounts_.size()},
           {"strangers", acceptor_->rejected()},
           {"refused", refused_},
           {"last_problem", or_null(last_problem_)},
           {"cpu_ns", process_cpu_ns()},
           {"totals", std::move(totals)},
           {"connections", accounts_}});
}

}  // namespace

Result<void> run_engine(const EngineOptions& options, const ReportSink& report) { return Engine(options, report).run(); }

}  // namespace copybench
