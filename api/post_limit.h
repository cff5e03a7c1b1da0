// How often clients may ask for changes: a token bucket for each address, and one for all together. Reading is not limited.
//
// Threads: any. Memory: bounded, whatever addresses there are.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace copybench {

// Requests a second on average, of one client and of all; 0: no limit. Bursts may have ten seconds' worth.
struct PostRates {
  double per_client = 100;
  double total = 200;
};

class PostLimit {
 public:
  using Clock = std::chrono::steady_clock;
  explicit PostLimit(PostRates rates) : rates_(rates) {}

  // For requests from now on; those before count as they did.
  void set_rates(PostRates rates);

  // None: go on, it is counted. Else how long to wait; refused requests are not counted. peer: an IP address (of IPv6 the
  // network of 64 bits counts, which a host has for itself), or empty on a unix socket.
  std::optional<std::chrono::seconds> take(const std::string& peer, Clock::time_point now = Clock::now());

 private:
  using Bucket = Clock::time_point;  // when it will be full again; a full one need not be kept
  static Clock::duration wait_for(Bucket bucket, double rate, Clock::time_point now);
  static void count(Bucket& bucket, double rate, Clock::time_point now);

  std::mutex mutex_;
  PostRates rates_;
  Bucket total_{};
  std::map<std::string, Bucket> clients_;
};

}  // namespace copybench
