// Latencies in a log-linear histogram with three significant digits: exact below 2048 ns, above that each power of two has
// 1024 buckets, so that a bucket is at most 0.1 % of its value wide (the layout of G. Tene's HdrHistogram). Percentiles are the
// highest value of their bucket, mean and max are exact.
//
// No locks: each thread records into its own histogram. Merge the histograms when the threads have ended.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace copybench {

class Histogram {
 public:
  // Values above it (73 minutes) count as this value in the percentiles, and as themselves in mean and max.
  static constexpr int64_t kHighestNs = (int64_t{1} << 42) - 1;

  Histogram();

  // Negative values, which the difference of two clocks can give, count as 0.
  void record(int64_t ns) {
    if (ns < 0) ns = 0;
    ++counts_[index_of(ns)];
    ++count_;
    sum_ += static_cast<uint64_t>(ns);
    if (ns > max_) max_ = ns;
  }

  void merge(const Histogram& other);

  uint64_t count() const { return count_; }
  // None if the histogram is empty. quantile is within 0 to 1.
  std::optional<double> mean_ns() const;
  std::optional<int64_t> max_ns() const;
  std::optional<int64_t> quantile_ns(double quantile) const;

  // The filled buckets, from the lowest: (highest value, count). For the record of a run and for charts.
  struct Bucket {
    int64_t highest_ns = 0;
    uint64_t count = 0;
  };
  std::vector<Bucket> buckets() const;

 private:
  static constexpr int kExactBits = 11;  // values below 2^11 have a bucket each
  static constexpr size_t kHalf = size_t{1} << (kExactBits - 1);

  static size_t index_of(int64_t ns) {
    const auto value = static_cast<uint64_t>(std::min(ns, kHighestNs));
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kExactBits);
    return static_cast<size_t>(shift) * kHalf + static_cast<size_t>(value >> shift);
  }
  static int64_t highest_of(size_t index);

  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  int64_t max_ = 0;
};

}  // namespace copybench
