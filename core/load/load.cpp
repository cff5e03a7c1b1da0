#include "core/load/load.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "core/base/lines.h"
#include "core/base/signals.h"
#include "core/host/cpu_set.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

constexpr std::chrono::milliseconds kSampleEvery{100};

using Time = Monotonic::time_point;

struct Mark {
  int64_t monotonic_ns = 0;
  uint64_t bytes = 0;
  uint64_t messages = 0;
  int64_t cpu_ns = 0;
};

class Load {
 public:
  Load(const LoadOptions& options, const LoadSink& report) : options_(options), report_(report) {}
  ~Load() {
    // Releases clients that wait for the start, so that they can be joined. Their destructors shut down their sockets.
    set_stage(Stage::end);
  }

  Result<void> run();

 private:
  Result<void> connect();
  Result<void> wait_for_events();
  Result<void> take_orders();
  Result<void> obey(const std::string& line);
  Result<void> look_at_clients();
  void keep_time(Time now);
  std::optional<Time> next_time() const;

  void start();
  void open();
  void close();
  void finish();
  void set_stage(Stage stage);
  Mark mark() const;
  Json to_report(const char* name, const Mark& mark) const;
  void report_result();

  const LoadOptions& options_;
  const LoadSink& report_;
  std::optional<SignalFd> signals_;
  UniqueFd event_;  // eventfd that the clients' threads raise
  LineBuffer orders_;
  RunToken token_{};
  std::atomic<Stage> stage_{Stage::verify};
  std::vector<std::unique_ptr<Client>> clients_;
  bool reported_ready_ = false;
  bool done_ = false;
  Mark opened_, closed_;
  std::vector<uint64_t> samples_;  // bytes received since the beginning of the window, every 100 ms
  Time started_at_, opened_at_;
};

Result<void> Load::run() {
  auto signals = SignalFd::create({SIGINT, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());
  signals_ = std::move(*signals);
  event_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (options_.take_orders) {
    auto token = await_token(orders_, STDIN_FILENO);
    if (!token) return tl::unexpected(token.error());
    token_ = *token;
  }
  // The samples of an hour, so that the window allocates nothing.
  samples_.reserve(36'100);
  if (auto connected = connect(); !connected) return connected;
  while (!done_) {
    if (auto waited = wait_for_events(); !waited) return waited;
    keep_time(Monotonic::now());
    if (auto looked = look_at_clients(); !looked) return looked;
  }
  report_result();
  return {};
}

Result<void> Load::connect() {
  for (uint32_t i = 0; i < options_.threads; ++i) {
    ClientOptions client = options_.client;
    client.token = token_;
    if (!client.cpus.empty()) client.cpus = {client.cpus[i % client.cpus.size()]};
    if (options_.messages_per_s) client.pace = Pace{*options_.messages_per_s, i, options_.threads};
    clients_.push_back(std::make_unique<Client>(std::move(client), stage_, [this] {
      const uint64_t one = 1;
      static_cast<void>(::write(event_.get(), &one, sizeof one));
    }));
    if (auto started = clients_.back()->start(); !started) {
      return fail(fmt::format("connection {} of {}: {}", i + 1, options_.threads, started.error().message));
    }
  }
  if (!options_.client.cpus.empty()) return pin_this_thread(options_.client.cpus);
  return {};
}

Result<void> Load::wait_for_events() {
  timespec timeout{};
  timespec* at_most = nullptr;
  if (const auto next = next_time()) {
    const auto left = std::max(Nanoseconds{0}, std::chrono::duration_cast<Nanoseconds>(*next - Monotonic::now()));
    timeout = {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    at_most = &timeout;
  }
  pollfd fds[] = {{event_.get(), POLLIN, 0},
                  {signals_->fd(), POLLIN, 0},
                  {options_.take_orders ? STDIN_FILENO : -1, POLLIN, 0}};
  if (::ppoll(fds, std::size(fds), at_most, nullptr) < 0 && errno != EINTR) {
    return tl::unexpected(system_error("poll", errno));
  }
  if (fds[0].revents != 0) {
    uint64_t count;
    static_cast<void>(::read(event_.get(), &count, sizeof count));
  }
  if (const auto signal = signals_->take()) {
    if (stage_ != Stage::window) return fail("stopped by a signal before anything was measured");
    close();
    finish();
  }
  if (fds[2].revents != 0) return take_orders();
  return {};
}

Result<void> Load::take_orders() {
  auto more = orders_.read_from(STDIN_FILENO);
  if (!more) return tl::unexpected(more.error());
  while (auto line = orders_.next()) {
    if (auto obeyed = obey(*line); !obeyed) return obeyed;
  }
  if (!*more) return fail("whoever gives the orders is gone");
  return {};
}

Result<void> Load::obey(const std::string& line) {
  const std::string word = order_of(line);
  const Stage stage = stage_;
  if (word == order::kStart && stage == Stage::verify && reported_ready_) {
    start();
    report_({{"report", report::kStarted}});
  } else if (word == order::kOpen && stage == Stage::warmup) {
    open();
    report_(to_report(report::kOpened, opened_));
  } else if (word == order::kClose && stage == Stage::window) {
    close();
    report_(to_report(report::kClosed, closed_));
  } else if (word == order::kFinish && stage == Stage::after) {
    finish();
  } else {
    return fail(fmt::format("not an order for a load at this point: {}", line.substr(0, 200)));
  }
  return {};
}

Result<void> Load::look_at_clients() {
  bool all_verified = true;
  bool all_ended = true;
  for (const auto& client : clients_) {
    if (client->ended() && client->problem()) return fail(*client->problem());
    all_verified = all_verified && client->verified();
    all_ended = all_ended && client->ended();
  }
  if (all_verified && !reported_ready_) {
    reported_ready_ = true;
    uint64_t verified = 0;
    for (const auto& client : clients_) verified += client->counters().bytes.load();
    report_({{"report", report::kReady}, {"connections", clients_.size()}, {"verified_bytes", verified}});
    if (!options_.take_orders) start();
  }
  done_ = all_ended;
  return {};
}

std::optional<Time> Load::next_time() const {
  switch (stage_.load()) {
    case Stage::warmup:
      if (!options_.take_orders) return started_at_ + options_.warmup;
      return std::nullopt;
    case Stage::window: {
      const Time sample = opened_at_ + kSampleEvery * static_cast<int64_t>(samples_.size() + 1);
      return options_.take_orders ? sample : std::min(sample, opened_at_ + options_.duration);
    }
    default: return std::nullopt;
  }
}

void Load::keep_time(Time now) {
  if (stage_ == Stage::warmup && !options_.take_orders && now >= started_at_ + options_.warmup) {
    open();
  } else if (stage_ == Stage::window) {
    // After a late wake-up the places of missed samples get the current count, so that later samples keep their times.
    while (now >= opened_at_ + kSampleEvery * static_cast<int64_t>(samples_.size() + 1)) {
      samples_.push_back(mark().bytes - opened_.bytes);
    }
    if (!options_.take_orders && now >= opened_at_ + options_.duration) {
      close();
      finish();
    }
  }
}

void Load::set_stage(Stage stage) {
  stage_.store(stage);
  stage_.notify_all();
}

void Load::start() {
  started_at_ = Monotonic::now();
  set_stage(Stage::warmup);
}

void Load::open() {
  opened_ = mark();
  opened_at_ = Monotonic::now();
  set_stage(Stage::window);
}

void Load::close() {
  closed_ = mark();
  set_stage(Stage::after);
}

void Load::finish() { set_stage(Stage::end); }

Mark Load::mark() const {
  Mark mark;
  for (const auto& client : clients_) {
    mark.bytes += client->counters().bytes.load(std::memory_order_relaxed);
    mark.messages += client->counters().messages.load(std::memory_order_relaxed);
  }
  mark.cpu_ns = process_cpu_ns();
  mark.monotonic_ns = monotonic_ns();
  return mark;
}

Json Load::to_report(const char* name, const Mark& mark) const {
  return {{"report", name}, {"monotonic_ns", mark.monotonic_ns}, {"bytes", mark.bytes}, {"messages", mark.messages},
          {"cpu_ns", mark.cpu_ns}};
}

void Load::report_result() {
  Histogram latency;
  Json connections = Json::array();
  for (const auto& client : clients_) {
    latency.merge(client->latency());
    connections.push_back(client->account());
  }
  const int64_t window_ns = closed_.monotonic_ns - opened_.monotonic_ns;
  const uint64_t bytes = closed_.bytes - opened_.bytes;
  Json histogram = Json::array();
  for (const auto& bucket : latency.buckets()) histogram.push_back({bucket.highest_ns, bucket.count});
  report_({{"report", report::kResult},
           {"window_ns", window_ns},
           {"bytes", bytes},
           {"messages", closed_.messages - opened_.messages},
           {"throughput_gbps", window_ns > 0 ? Json(8.0 * static_cast<double>(bytes) / static_cast<double>(window_ns)) : Json()},
           {"latency",
            {{"count", latency.count()},
             {"mean_ns", or_null(latency.mean_ns())},
             {"p50_ns", or_null(latency.quantile_ns(0.5))},
             {"p90_ns", or_null(latency.quantile_ns(0.9))},
             {"p99_ns", or_null(latency.quantile_ns(0.99))},
             {"p999_ns", or_null(latency.quantile_ns(0.999))},
             {"max_ns", or_null(latency.max_ns())},
             {"histogram", std::move(histogram)}}},
           {"sample_every_ms", kSampleEvery.count()},
           {"samples_bytes", samples_},
           {"connections", std::move(connections)}});
}

}  // namespace

Result<void> run_load(const LoadOptions& options, const LoadSink& report) { return Load(options, report).run(); }

}  // namespace copybench
