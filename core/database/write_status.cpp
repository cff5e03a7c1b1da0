#include "core/database/write_status.h"

#include <fmt/format.h>

#include "core/base/time.h"

namespace copybench {
namespace {

StoreError stamped(const StoreError& error) {
  return {error.kind, fmt::format("{} (Since {}.)", error.message, to_rfc3339(utc_now()))};
}

}  // namespace

void WriteStatus::refuse(const StoreError& found) {
  std::lock_guard lock(mutex_);
  refused_ = true;
  last_error_ = stamped(found);
}

void WriteStatus::failed(const StoreError& failure) {
  if (failure.kind == StoreError::Kind::damaged) return;  // concerns one row; the file and the disk are sound
  std::lock_guard lock(mutex_);
  if (!refused_) last_error_ = stamped(failure);
  refused_ = refused_ || failure.kind == StoreError::Kind::corrupt;
}

void WriteStatus::succeeded() {
  std::lock_guard lock(mutex_);
  if (!refused_) last_error_.reset();
}

std::optional<StoreError> WriteStatus::refusal() const {
  std::lock_guard lock(mutex_);
  return refused_ ? last_error_ : std::nullopt;
}

std::optional<StoreError> WriteStatus::last_error() const {
  std::lock_guard lock(mutex_);
  return last_error_;
}

}  // namespace copybench
