#include "core/engine/completions.h"

#include <fmt/format.h>

#include <bit>

namespace copybench {

Completions::Completions(uint32_t slots, uint32_t first_id)
    // Space for a few partial sends per slot, so that the window allocates nothing.
    : sends_(std::bit_ceil(size_t{slots} * 4)), pending_(slots, 0), oldest_(first_id), next_(first_id) {}

void Completions::grow() {
  std::vector<Send> larger(sends_.size() * 2);
  for (uint32_t id = oldest_; id != next_; ++id) larger[id & (larger.size() - 1)] = at(id);
  sends_ = std::move(larger);
}

void Completions::sent(uint32_t slot) {
  if (next_ - oldest_ == sends_.size()) grow();
  at(next_) = Send{slot, false};
  ++next_;
  ++pending_[slot];
  ++outstanding_;
}

Result<void> Completions::completed(uint32_t first, uint32_t last) {
  // Differences of u32 are right across the wrap as long as fewer than 2^32 sends are open. Memory runs out long before.
  const uint32_t open = next_ - oldest_;
  const uint32_t begin = first - oldest_;
  const uint32_t length = last - first;
  if (begin >= open || length >= open - begin) {
    return fail(fmt::format("a zero-copy notification names the sends {} to {}, but only {} to {} are open", first, last,
                            oldest_, next_ - 1));
  }
  for (uint32_t id = first;; ++id) {
    Send& send = at(id);
    if (send.done) return fail(fmt::format("the zero-copy send {} completed twice", id));
    send.done = true;
    --pending_[send.slot];
    --outstanding_;
    if (id == last) break;
  }
  while (oldest_ != next_ && at(oldest_).done) ++oldest_;
  return {};
}

}  // namespace copybench
