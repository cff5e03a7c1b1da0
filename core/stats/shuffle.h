// Random orders that are the same with any compiler and on any machine: std::shuffle and std::uniform_int_distribution
// differ between standard libraries, std::mt19937_64 itself does not.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace copybench {

inline uint64_t draw_below(uint64_t bound, std::mt19937_64& random) {
  const uint64_t last_accepted = UINT64_MAX - (UINT64_MAX % bound + 1) % bound;  // ends a whole multiple of bound
  uint64_t drawn = random();
  while (drawn > last_accepted) drawn = random();
  return drawn % bound;
}

template <typename T>
void shuffle(std::vector<T>& items, std::mt19937_64& random) {
  for (size_t left = items.size(); left > 1; --left) std::swap(items[left - 1], items[draw_below(left, random)]);
}

// For runs that are planned later than the first ones: each round has random numbers of its own.
inline std::mt19937_64 round_random(uint64_t seed, uint64_t round) {
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;  // so that neighbouring rounds have seeds far apart
  return std::mt19937_64(seed + kGolden * round);
}

}  // namespace copybench
