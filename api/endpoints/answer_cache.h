// Cache of heavy answers, valid until the store changes. Bounded in memory; evicts the least recently used answer first.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "api/http/message.h"

namespace copybench {

class AnswerCache {
 public:
  static constexpr size_t kMostBytes = 16 << 20;
  static constexpr size_t kMostBytesOfOne = 4 << 20;
  static constexpr size_t kMostAnswers = 1000;  // targets and headers of small answers take more memory than their bodies

  // version: the current Store::changes(). Null if the answer is not cached or belongs to another version.
  std::shared_ptr<const HttpResponse> find(const std::string& target, uint64_t version);
  // Keeps a copy if the answer has status 200, a complete body, and is not too large. `target`: path and query.
  // version: Store::changes() before the answer was begun.
  void keep(const std::string& target, uint64_t version, const HttpResponse& answer);

 private:
  struct Kept {
    std::string target;
    std::shared_ptr<const HttpResponse> answer;
  };

  std::mutex mutex_;
  uint64_t version_ = 0;  // of all cached answers
  std::list<Kept> kept_;  // most recently used first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_target_;
  size_t bytes_ = 0;
};

}  // namespace copybench
