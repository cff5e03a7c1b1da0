#include "core/run/scheduler.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/deadline_monitor.h"
#include "core/base/log_event.h"
#include "core/host/circumstances.h"
#include "core/run/calibrator.h"
#include "core/run/interruption.h"
#include "core/run/retention.h"

namespace copybench {
namespace {

// While the store cannot be written, the scheduler retries this often.
constexpr std::chrono::seconds kRetry{5};
// Deadline for work of milliseconds, with all the time that a slow disk may need (Store::stalled() detects that).
constexpr std::chrono::minutes kSoon{3};
// Retention rewrites the database once. The time grows with its size.
constexpr std::chrono::hours kRewrite{1};

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

class Scheduler::Impl {
 public:
  Impl(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeNotifier& changed, ActivityCounter& activity)
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
      if (waiting_) deadline_monitor_.expect("waking up for the queue", kSoon);
    }
    wake_.notify_all();
  }

  StoreResult<ExperimentRecord> cancel(ExperimentId experiment) {
    auto cancelled = store_.cancel(experiment);
    if (!cancelled) return cancelled;
    {
      std::lock_guard lock(mutex_);
      if (running_ == experiment) interruption_->raise(Interruption::Kind::cancel);
      // The current claim may have been stored before the cancellation. claim() checks this list afterwards.
      if (claiming_) cancelled_while_claiming_.push_back(experiment);
    }
    changed_.raise();
    return cancelled;
  }

  void set_retention(const RetentionPolicy& policy) {
    {
      std::lock_guard lock(mutex_);
      new_retention_ = policy;
    }
    nudge();
  }

  std::optional<StoreError> paused_by() const {
    std::lock_guard lock(mutex_);
    return paused_;
  }

  std::optional<std::string> stalled(Monotonic::time_point now) const { return deadline_monitor_.overdue(now); }

 private:
  void loop() {
    // Probed here, before the first run, so that it never happens within a window.
    deadline_monitor_.expect("probing perf", kSoon);
    perf_.availability();
    Executor executor(options_.executor, perf_, *interruption_, activity_);
    Retention retention(options_.retention, store_, changed_, options_.logger);
    Calibrator calibrator(options_.executor.program, store_, *interruption_);
    while (!stopping()) {
      deadline_monitor_.expect("keeping to the retention", kRewrite);
      if (const auto policy = take_new_retention()) retention.set_policy(*policy);
      const bool more = retention.work([this] { return stopping(); });
      auto claimed = claim();
      if (!claimed) {
        pause(claimed.error());
      } else if (!*claimed) {
        if (!more) wait_for_nudge(retention.next_look());
      } else {
        changed_.raise();
        deadline_monitor_.expect("a calibration", kSoon);
        calibrator.before(**claimed, machine_);
        begin(**claimed);
        RunResult result = executor.execute((*claimed)->spec, (*claimed)->planned);
        deadline_monitor_.expect("a calibration", kSoon);
        calibrator.after(**claimed, result);
        end_run();
        log(**claimed, result);
        finish((*claimed)->id, result);
        changed_.raise();
        retention.look();
      }
    }
    deadline_monitor_.rest();
  }

  void begin(const ClaimedRun& run) {
    const Configuration& configuration = run.planned.configuration;
    deadline_monitor_.expect("a run", options_.executor.limits.run(run.spec, configuration));
    tell_status(fmt::format("measuring experiment {}, run {} of {}: {}", run.experiment_id, run.runs.done() + 1, run.runs.total,
                            describe(run.planned)));
    log_event(options_.logger.get(), Severity::debug, "run_started", fields_of(run), "run " + describe(run.planned));
  }

  void tell_status(std::string status) {
    if (status == status_) return;
    status_ = std::move(status);
    if (options_.on_status) options_.on_status(status_);
  }

  static std::string describe(const PlannedRun& planned) {
    const Configuration& configuration = planned.configuration;
    return fmt::format("{}, fields of {} bytes, threads {}, repetition {}", name_of(configuration.engine),
                       configuration.field_bytes, configuration.threads, planned.repetition);
  }

  static LogFields fields_of(const ClaimedRun& run) {
    const Configuration& configuration = run.planned.configuration;
    return {{"run_id", run.id},
            {"experiment_id", run.experiment_id},
            {"engine", name_of(configuration.engine)},
            {"field_bytes", configuration.field_bytes},
            {"threads", configuration.threads},
            {"repetition", run.planned.repetition}};
  }

  StoreResult<std::optional<ClaimedRun>> claim() {
    // The check of a large file has no deadline.
    store_.checking() ? deadline_monitor_.rest() : deadline_monitor_.expect("claiming a run", kSoon);
    // Gathered before each run, because a setting may change between two runs.
    const Circumstances circumstances = gather_circumstances(perf_version());
    machine_ = machine_key(circumstances);
    store_.checkpoint_wal();
    {
      std::lock_guard lock(mutex_);
      if (!stopping_) interruption_->clear();
      claiming_ = true;
    }
    // Without the lock, which requests wait for: claiming takes as long as the disk, or as the check of the whole file.
    auto claimed = store_.claim_next(circumstances);
    bool resumed = false;
    {
      std::lock_guard lock(mutex_);
      claiming_ = false;
      const auto cancelled = std::exchange(cancelled_while_claiming_, {});
      if (claimed) resumed = std::exchange(paused_, std::nullopt).has_value();
      if (claimed && *claimed) {
        running_ = (*claimed)->experiment_id;
        if (std::ranges::count(cancelled, *running_) > 0) interruption_->raise(Interruption::Kind::cancel);
      }
    }
    if (resumed) log_event(options_.logger.get(), Severity::info, "measuring_resumed", {}, "measuring goes on");
    return claimed;
  }

  Result<std::string> perf_version() {
    const PerfAvailability& perf = perf_.availability();
    return perf.version.empty() ? Result<std::string>(fail(perf.reason)) : perf.version;
  }

  void log(const ClaimedRun& run, const RunResult& result) const {
    const auto tell = [&](Severity severity, std::string_view state, const LogField& figure, const std::string& how) {
      LogFields fields = fields_of(run);
      fields.emplace_back("state", state);
      fields.push_back(figure);
      log_event(options_.logger.get(), severity, "run_finished", fields,
                fmt::format("run {} of experiment {} ({}) {}", run.id, run.experiment_id, describe(run.planned), how));
    };
    std::visit(
        Overloaded{
            [&](const Completed& completed) {
              const auto gbps = fmt::format("{:.3f}", completed.figures.throughput_gbps.value_or(0));
              tell(Severity::info, "completed", {"throughput_gbps", gbps}, "completed: " + gbps + " Gbit/s");
            },
            [&](const Failed& failed) {
              tell(Severity::warning, "failed", {"reason", failed.reason}, "failed: " + failed.reason);
            },
            [&](const TimedOut& late) {
              tell(Severity::warning, "timed_out", {"reason", late.reason}, "timed out: " + late.reason);
            },
            [&](const Cancelled&) { tell(Severity::info, "cancelled", {"reason", "cancelled"}, "cancelled"); },
            [&](const Interrupted& stopped) {
              tell(Severity::info, "interrupted", {"reason", stopped.reason}, "interrupted: " + stopped.reason);
            },
        },
        result.outcome);
  }

  // A result must not be lost: it is offered to the store until the store accepts it or the daemon stops. In the latter
  // case the next start finds the run running, and it is measured again.
  void finish(RunId run, const RunResult& result) {
    for (;;) {
      deadline_monitor_.expect("storing a run", kSoon);
      const auto finished = store_.finish(run, result);
      if (finished || stopping()) return;
      const StoreError& error = finished.error();
      // Another daemon has taken the run, or it was deleted. A retry would change nothing.
      if (error.kind == StoreError::Kind::not_found || error.kind == StoreError::Kind::conflict) {
        log_event(options_.logger.get(), Severity::error, "run_not_stored", {{"run_id", run}, {"reason", error.message}},
                  fmt::format("run {} is not stored. {}", run, error.message));
        return;
      }
      pause(error);
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

  std::optional<RetentionPolicy> take_new_retention() {
    std::lock_guard lock(mutex_);
    return std::exchange(new_retention_, std::nullopt);
  }

  void wait_for_nudge(const std::optional<Monotonic::time_point>& at_most) {
    tell_status("idle: nothing is queued");
    std::unique_lock lock(mutex_);
    waiting_ = true;
    if (!nudged_) deadline_monitor_.rest();
    const auto awaited = [&] { return nudged_ || stopping_; };
    while (!awaited() && (!at_most || Monotonic::now() < *at_most)) {
      const auto retry = Monotonic::now() + kRetry;
      if (wake_.wait_until(lock, at_most ? std::min(*at_most, retry) : retry, awaited)) break;
      // A write that the scheduler did not make may have failed.
      lock.unlock();
      if (store_.try_again()) changed_.raise();
      log_store_state();
      lock.lock();
    }
    waiting_ = false;
    nudged_ = false;
  }

  // Reports when the store starts to refuse writes, and when it accepts them again, although no run waits for it.
  void log_store_state() {
    const auto error = store_.last_write_error();
    if (error.has_value() == store_failed_) return;
    store_failed_ = error.has_value();
    if (error) {
      log_event(options_.logger.get(), Severity::error, "store_failed", {{"reason", error->message}},
                "nothing new is stored: " + error->message);
    } else {
      log_event(options_.logger.get(), Severity::info, "store_recovered", {}, "the store works again");
    }
  }

  void pause(const StoreError& error) {
    deadline_monitor_.expect("trying the store again", kRetry + kSoon);
    tell_status("paused: " + error.message);
    std::unique_lock lock(mutex_);
    const auto before = std::exchange(paused_, error);
    lock.unlock();
    if (!before) {
      log_event(options_.logger.get(), Severity::error, "measuring_paused", {{"reason", error.message}},
                "measuring is paused: " + error.message);
    }
    if (!before || before->message != error.message) changed_.raise();
    lock.lock();
    wake_.wait_for(lock, kRetry, [&] { return stopping_; });
  }

  const SchedulerOptions options_;
  Store& store_;
  PerfProbe& perf_;
  ChangeNotifier& changed_;
  ActivityCounter& activity_;
  std::optional<Interruption> interruption_;  // set by start()
  DeadlineMonitor deadline_monitor_;
  std::string status_;  // the last that was reported; scheduler's thread only
  bool store_failed_ = false;  // as last logged; scheduler's thread only
  std::string machine_;  // machine_key() at the last claim; scheduler's thread only

  mutable std::mutex mutex_;  // guards all below; requests wait for it, so it is not held over anything slow
  std::condition_variable wake_;
  bool stopping_ = false;
  bool nudged_ = false;
  bool waiting_ = false;  // for a nudge
  bool claiming_ = false;
  std::vector<ExperimentId> cancelled_while_claiming_;
  std::optional<ExperimentId> running_;
  std::optional<StoreError> paused_;
  std::optional<RetentionPolicy> new_retention_;
  std::thread thread_;
};

Scheduler::Scheduler(SchedulerOptions options, Store& store, PerfProbe& perf, ChangeNotifier& changed,
                     ActivityCounter& activity)
    : impl_(std::make_unique<Impl>(std::move(options), store, perf, changed, activity)) {}

Scheduler::~Scheduler() { impl_->stop(); }

Result<void> Scheduler::start() { return impl_->start(); }
void Scheduler::stop() { impl_->stop(); }
void Scheduler::nudge() { impl_->nudge(); }
StoreResult<ExperimentRecord> Scheduler::cancel(ExperimentId experiment) { return impl_->cancel(experiment); }
void Scheduler::set_retention(const RetentionPolicy& policy) { impl_->set_retention(policy); }
std::optional<StoreError> Scheduler::paused_by() const { return impl_->paused_by(); }
std::optional<std::string> Scheduler::paused_reason() const {
  auto error = impl_->paused_by();
  return error ? std::optional(std::move(error->message)) : std::nullopt;
}
std::optional<std::string> Scheduler::stalled(Monotonic::time_point now) const { return impl_->stalled(now); }

}  // namespace copybench
