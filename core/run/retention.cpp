#include "core/run/retention.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

namespace copybench {
namespace {

constexpr std::chrono::hours kEvery{24};
constexpr std::chrono::seconds kAtOnce{1};

double megabytes(int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

}  // namespace

Retention::Retention(RetentionPolicy policy, Store& store, ChangeSignal& changed, std::shared_ptr<spdlog::logger> logger)
    : policy_(policy),
      store_(store),
      changed_(changed),
      logger_(logger ? std::move(logger)
                     : std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::null_sink_mt>())) {}

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

// False where the store does not let it go on for now.
bool Retention::step() {
  if (!due_) return give_back();
  looked_ = Monotonic::now();
  return remove_one();
}

bool Retention::remove_one() {
  auto removed = store_.remove_expired(policy_);
  if (!removed) return failed(removed.error());
  if (*removed) {
    logger_->info("retention: removed experiment {} \"{}\" with {} runs, ended {}: {}", (*removed)->id, (*removed)->name,
                  (*removed)->runs, to_rfc3339((*removed)->ended_at), (*removed)->why);
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
      logger_->info("retention: rewriting the database once, so that room can be given back");
      // Without room for a second copy the free pages stay in the file, where new runs use them.
      if (auto converted = store_.convert_to_give_back_space(); !converted) {
        logger_->warn("retention: the file stays as long as it is. {}", converted.error().message);
      }
    }
    prepared_ = true;
  }
  const auto more = store_.give_back_space();
  if (!more) return failed(more.error());
  giving_back_ = *more;
  if (!giving_back_) {
    if (const auto size = store_.size()) {
      logger_->info("retention: the database file has {:.1f} MB, before it had {:.1f} MB", megabytes(size->file),
                    megabytes(file_before_));
    }
  }
  return true;
}

// The store is full, damaged or out of order; the scheduler says so, and tomorrow is another day.
bool Retention::failed(const StoreError& error) {
  logger_->warn("retention: nothing more is removed for now. {}", error.message);
  due_ = giving_back_ = false;
  return false;
}

void Retention::say_what_stays() {
  const auto size = store_.size();
  if (said_what_stays_ || !size || !policy_.bytes || size->used <= *policy_.bytes) return;
  logger_->warn("retention: the data take {:.1f} MB, {:.1f} MB are allowed, but all that is left is pinned or has not ended",
                megabytes(size->used), megabytes(*policy_.bytes));
  said_what_stays_ = true;
}

}  // namespace copybench
