#include "core/run/retention.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/log_event.h"
#include "core/host/suspension.h"

namespace copybench {
namespace {

constexpr std::chrono::hours kEvery{24};
constexpr std::chrono::seconds kAtOnce{1};
constexpr std::chrono::hours kNoteTimeEvery{1};

std::string megabytes(int64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6); }

}  // namespace

Retention::Retention(RetentionPolicy policy, Store& store, ChangeNotifier& changed, std::shared_ptr<spdlog::logger> logger)
    : policy_(policy), store_(store), changed_(changed), logger_(std::move(logger)) {}

void Retention::set_policy(const RetentionPolicy& policy) {
  policy_ = policy;
  due_ = true;
  said_what_stays_ = said_doubt_ = false;
}

std::optional<Monotonic::time_point> Retention::next_look() const {
  if (!policy_.removes()) return std::nullopt;
  return looked_ + kEvery;
}

bool Retention::work(const std::function<bool()>& stopping) {
  if (!policy_.removes()) return false;
  const auto now = Monotonic::now();
  due_ = due_ || now >= looked_ + kEvery;
  while (due_ || giving_back_) {
    if (stopping() || Monotonic::now() > now + kAtOnce) return true;
    if (!step()) return false;
  }
  return false;
}

// False if the store does not let the work continue for now.
bool Retention::step() {
  if (!due_) return give_back();
  looked_ = Monotonic::now();
  return remove_one();
}

StoreResult<RetentionPolicy> Retention::policy_for_now() {
  RetentionPolicy policy = policy_;
  if (!policy.age) return policy;
  const ClockReading now{utc_now(), since_boot()};
  if (!clock_) {
    const auto believed = store_.last_trusted_time();
    if (!believed) return tl::unexpected(believed.error());
    clock_.emplace(*believed, now);
  }
  if (const auto doubt = clock_->doubt(now)) {
    policy.age.reset();
    if (!std::exchange(said_doubt_, true)) {
      log_event(logger_.get(), Severity::warning, "retention_clock_doubted", {{"reason", *doubt}},
                fmt::format("retention: nothing is removed by its age for now: {}. If it is right, wait: a day of it is "
                            "believed. Else set it right",
                            *doubt));
    }
    return policy;
  }
  said_doubt_ = false;
  if (!believed_ || std::chrono::abs(now.wall - *believed_) > kNoteTimeEvery) {
    if (auto noted = store_.believe_time(now.wall); !noted) return tl::unexpected(noted.error());
    believed_ = now.wall;
  }
  return policy;
}

bool Retention::remove_one() {
  const auto policy = policy_for_now();
  if (!policy) return failed(policy.error());
  const auto found = store_.remove_expired(*policy);
  if (!found) return failed(found.error());
  if (const auto& removed = *found) {
    log_event(logger_.get(), Severity::info, "retention_removed",
              {{"experiment_id", removed->id},
               {"name", removed->name},
               {"runs", removed->runs},
               {"ended_at", to_rfc3339(removed->ended_at)},
               {"reason", removed->why}},
              fmt::format("retention: removed experiment {} \"{}\" with {} runs, ended {}: {}", removed->id, removed->name,
                          removed->runs, to_rfc3339(removed->ended_at), removed->why));
    giving_back_ = true;
    said_what_stays_ = false;
    changed_.raise();
    return true;
  }
  due_ = false;
  say_what_stays();
  if (giving_back_) file_before_ = store_.size().value_or(Store::Size{}).file;
  return true;
}

bool Retention::give_back() {
  if (!prepared_) {
    const auto can = store_.can_give_back_space();
    if (!can) return failed(can.error());
    if (!*can) {
      log_event(logger_.get(), Severity::info, "retention_rewriting", {},
                "retention: rewriting the database once, so that room can be given back");
      // Without room for a second copy, the free pages stay in the file, and new runs use them.
      if (auto converted = store_.convert_to_give_back_space(); !converted) {
        log_event(logger_.get(), Severity::warning, "retention_not_rewritten", {{"reason", converted.error().message}},
                  "retention: the file stays as long as it is. " + converted.error().message);
      }
    }
    prepared_ = true;
  }
  const auto more = store_.give_back_space();
  if (!more) return failed(more.error());
  giving_back_ = *more;
  if (!giving_back_) {
    if (const auto size = store_.size()) {
      log_event(logger_.get(), Severity::info, "retention_shortened", {{"bytes", size->file}, {"bytes_before", file_before_}},
                fmt::format("retention: the database file has {} MB, before it had {} MB", megabytes(size->file),
                            megabytes(file_before_)));
    }
  }
  return true;
}

// The store is full, damaged or out of order. The scheduler reports that, and retention tries again at its next check.
bool Retention::failed(const StoreError& error) {
  log_event(logger_.get(), Severity::warning, "retention_failed", {{"reason", error.message}},
            "retention: nothing more is removed for now. " + error.message);
  due_ = giving_back_ = false;
  return false;
}

void Retention::say_what_stays() {
  const auto size = store_.size();
  if (said_what_stays_ || !size || !policy_.bytes || size->used <= *policy_.bytes) return;
  log_event(logger_.get(), Severity::warning, "retention_exceeded", {{"bytes", size->used}, {"bytes_allowed", *policy_.bytes}},
            fmt::format("retention: the data take {} MB, {} MB are allowed, but all that is left is pinned or has not ended",
                        megabytes(size->used), megabytes(*policy_.bytes)));
  said_what_stays_ = true;
}

}  // namespace copybench
