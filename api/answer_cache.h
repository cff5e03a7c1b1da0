// Heavy answers that were given since the store changed last: asked for again, they are not worked out again. Bounded in
// memory; the one that was asked for longest ago goes first.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "api/message.h"

namespace copybench {

class AnswerCache {
 public:
  static constexpr size_t kMostBytes = 16 << 20;
  static constexpr size_t kMostBytesOfOne = 4 << 20;
  static constexpr size_t kMostAnswers = 1000;  // small ones take more for their targets and headers than for their bodies

  // version: Store::changes() before the answer was begun. None where it is not there, or of an earlier version.
  std::shared_ptr<const HttpResponse> find(const std::string& target, uint64_t version);
  // Keeps a copy if it is a whole answer, 200, and not too large. `target`: path and query.
  void keep(const std::string& target, uint64_t version, const HttpResponse& answer);

 private:
  struct Kept {
    std::string target;
    std::shared_ptr<const HttpResponse> answer;
  };

  std::mutex mutex_;
  uint64_t version_ = 0;  // of all that is kept
  std::list<Kept> kept_;  // asked for last: at the front
  std::unordered_map<std::string, std::list<Kept>::iterator> by_target_;
  size_t bytes_ = 0;
};

}  // namespace copybench
