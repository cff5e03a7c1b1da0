#include "api/endpoints/answer_cache.h"

#include <utility>

namespace copybench {

std::shared_ptr<const HttpResponse> AnswerCache::find(const std::string& target, uint64_t version) {
  std::lock_guard lock(mutex_);
  const auto found = by_target_.find(target);
  if (version != version_ || found == by_target_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return kept_.front().answer;
}

void AnswerCache::keep(const std::string& target, uint64_t version, const HttpResponse& answer) {
  if (answer.status != 200 || answer.pieces || answer.live || answer.body.size() > kMostBytesOfOne) return;
  auto copy = std::make_shared<const HttpResponse>(answer);
  std::lock_guard lock(mutex_);
  if (version < version_) return;
  if (version > version_) {
    kept_.clear();
    by_target_.clear();
    bytes_ = 0;
    version_ = version;
  }
  if (by_target_.contains(target)) return;
  bytes_ += copy->body.size();
  kept_.push_front({target, std::move(copy)});
  by_target_[target] = kept_.begin();
  while (bytes_ > kMostBytes || kept_.size() > kMostAnswers) {
    bytes_ -= kept_.back().answer->body.size();
    by_target_.erase(kept_.back().target);
    kept_.pop_back();
  }
}

}  // namespace copybench
