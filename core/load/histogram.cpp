#include "core/load/histogram.h"

#include <algorithm>
#include <cmath>

namespace copybench {
int64_t Histogram::highest_of(size_t index) {
  if (index < 2 * kHalf) return static_cast<int64_t>(index);
  const size_t shift = index / kHalf - 1;
  const size_t top = index - shift * kHalf;
  return static_cast<int64_t>(((top + 1) << shift) - 1);
}

Histogram::Histogram() : counts_(index_of(kHighestNs) + 1, 0) {}

void Histogram::merge(const Histogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::optional<double> Histogram::mean_ns() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(sum_) / static_cast<double>(count_);
}

std::optional<int64_t> Histogram::max_ns() const {
  if (count_ == 0) return std::nullopt;
  return max_;
}

std::optional<int64_t> Histogram::quantile_ns(double quantile) const {
  if (count_ == 0) return std::nullopt;
  const auto rank = std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_))), 1, count_);
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(highest_of(i), max_);
  }
  return max_;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> filled;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) filled.push_back({std::min(highest_of(i), max_), counts_[i]});
  }
  return filled;
}

}  // namespace copybench
