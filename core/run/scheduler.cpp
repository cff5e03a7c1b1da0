#include "core/run/scheduler.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "core/host/circumstances.h"
#include "core/run/interruption.h"
#include "core/run/retention.h"

namespace copybench {
namespace {

// While the store cannot be written, it is tried again this often.
constexpr std::chrono::seconds kRetry{5};

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

class Scheduler::Impl {
 public:
  Impl(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeSignal& changed, const ActivityCounter& activity)
      : options_(std::move(options)), store_(store), perf_(perf), changed_(changed), activity_(activity) {}

  Result<void> start() {
    auto interruption = Interruption::create();
    if (!interruption) return tl::unexpected(interruption.error());
    interruption_.emplace(std::move(*interruption));
    try {
      thread_ = std::thread([this] { loop(); });
    } catch (const std::system_error& error) {
      return fail(std::string("no thread for the scheduler: ") + error.what());
    }
    return {};
  }

  void stop() {
    store_.stop_claims();
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      if (interruption_) interruption_->raise(Interruption::Kind::stop);
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void nudge() {
    {
      std::lock_guard lock(mutex_);
      nudged_ = true;
    }
    wake_.notify_all();
  }

  StoreResult<ExperimentRecord> cancel(ExperimentId experiment) {
    auto cancelled = store_.cancel(experiment);
    if (!cancelled) return cancelled;
    {
      // Claiming holds the same lock: a run is either seen here, or was cancelled before it could be claimed.
      std::lock_guard lock(mutex_);
      if (running_ == experiment) interruption_->raise(Interruption::Kind::cancel);
    }
    changed_.raise();
    return cancelled;
  }

  std::optional<std::string> paused_reason() const {
    std::lock_guard lock(mutex_);
    return paused_;
  }

 private:
  void loop() {
    // Probed here, before the first run, and not in anybody's window.
    perf_.availability();
    Executor executor(options_.executor, perf_, *interruption_, activity_);
    Retention retention(options_.retention, store_, changed_, options_.logger);
    while (!stopping()) {
      const bool more = retention.work([this] { return stopping(); });
      auto claimed = claim();
      if (!claimed) {
        pause(claimed.error().message);
      } else if (!*claimed) {
        if (!more) wait_for_nudge(retention.next_look());
      } else {
        changed_.raise();
        const RunResult result = executor.execute((*claimed)->spec, (*claimed)->planned);
        end_run();
        log(**claimed, result);
        finish((*claimed)->id, result);
        changed_.raise();
        retention.look();
      }
    }
  }

  StoreResult<std::optional<ClaimedRun>> claim() {
    // Before each run: a setting may be changed between two of them.
    const Circumstances circumstances = gather_circumstances(perf_version());
    std::lock_guard lock(mutex_);
    if (!stopping_) interruption_->clear();
    auto claimed = store_.claim_next(circumstances);
    if (claimed && paused_) {
      if (options_.logger) options_.logger->info("measuring goes on");
      paused_.reset();
    }
    if (claimed && *claimed) running_ = (*claimed)->experiment_id;
    return claimed;
  }

  Result<std::string> perf_version() {
    const PerfAvailability& perf = perf_.availability();
    return perf.version.empty() ? Result<std::string>(fail(perf.reason)) : perf.version;
  }

  void log(const ClaimedRun& run, const RunResult& result) const {
    if (!options_.logger) return;
    const Configuration& configuration = run.planned.configuration;
    const auto what = fmt::format("run {} of experiment {} ({}, fields of {} bytes, threads {}, repetition {})", run.id,
                                  run.experiment_id, name_of(configuration.engine), configuration.field_bytes,
                                  configuration.threads, run.planned.repetition);
    std::visit(Overloaded{
                   [&](const Completed& completed) {
                     options_.logger->info("{} completed: {:.3f} Gbit/s", what, completed.figures.throughput_gbps.value_or(0));
                   },
                   [&](const Failed& failed) { options_.logger->warn("{} failed: {}", what, failed.reason); },
                   [&](const TimedOut& late) { options_.logger->warn("{} timed out: {}", what, late.reason); },
                   [&](const Cancelled&) { options_.logger->info("{} cancelled", what); },
                   [&](const Interrupted& stopped) { options_.logger->info("{} interrupted: {}", what, stopped.reason); },
               },
               result.outcome);
  }

  // What was measured must not be lost: it is offered to the store until it is taken, or until the daemon stops, in which
  // case the run is found running at the next start and measured again.
  void finish(RunId run, const RunResult& result) {
    for (;;) {
      const auto finished = store_.finish(run, result);
      if (finished || finished.error().kind == StoreError::Kind::not_found || stopping()) return;
      pause(finished.error().message);
    }
  }

  void end_run() {
    std::lock_guard lock(mutex_);
    running_.reset();
  }

  bool stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
  }

  void wait_for_nudge(const std::optional<Monotonic::time_point>& at_most) {
    std::unique_lock lock(mutex_);
    const auto awaited = [&] { return nudged_ || stopping_; };
    if (at_most) {
      wake_.wait_until(lock, *at_most, awaited);
    } else {
      wake_.wait(lock, awaited);
    }
    nudged_ = false;
  }

  void pause(const std::string& reason) {
    std::unique_lock lock(mutex_);
    if (!paused_ && options_.logger) options_.logger->error("measuring is paused: {}", reason);
    if (std::exchange(paused_, reason) != reason) changed_.raise();
    wake_.wait_for(lock, kRetry, [&] { return stopping_; });
  }

  const SchedulerOptions options_;
  Store& store_;
  PerfProbe& perf_;
  ChangeSignal& changed_;
  const ActivityCounter& activity_;
  std::optional<Interruption> interruption_;  // made by start()

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  bool stopping_ = false;
  bool nudged_ = false;
  std::optional<ExperimentId> running_;
  std::optional<std::string> paused_;
  std::thread thread_;
};

Scheduler::Scheduler(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeSignal& changed,
                     const ActivityCounter& activity)
    : impl_(std::make_unique<Impl>(std::move(options), store, perf, changed, activity)) {}

Scheduler::~Scheduler() { impl_->stop(); }

Result<void> Scheduler::start() { return impl_->start(); }
void Scheduler::stop() { impl_->stop(); }
void Scheduler::nudge() { impl_->nudge(); }
StoreResult<ExperimentRecord> Scheduler::cancel(ExperimentId experiment) { return impl_->cancel(experiment); }
std::optional<std::string> Scheduler::paused_reason() const { return impl_->paused_reason(); }

}  // namespace copybench
