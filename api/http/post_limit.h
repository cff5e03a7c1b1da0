// Rate limit of requests that change something: a token bucket for each client, and one for all together. If the common bucket is
// empty, a client that has used less than its fair share still passes. Shares are fair between groups first, then between the
// clients of a group, so a user of this machine gains nothing from many loopback addresses. Reading is not limited.
//
// Threads: any. Memory: bounded, whatever the number of addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace copybench {

// Average requests per second, of one client and of all; 0: no limit. A burst may have ten seconds' worth.
struct PostRates {
  double per_client = 100;
  double total = 200;
};

class PostLimit {
 public:
  using Clock = std::chrono::steady_clock;
  explicit PostLimit(PostRates rates) : rates_(rates) {}

  // Earlier requests keep counting, by the new rates.
  void set_rates(PostRates rates, Clock::time_point now = Clock::now());

  // None: the request is allowed and counted. Else how long to wait; rejected requests are not counted. peer: an IP address, or
  // empty on a unix socket; an IPv6 address counts by its /64 network, which one host has for itself. user: HttpRequest::user.
  std::optional<std::chrono::seconds> take(const std::string& peer, const std::string& user = "",
                                           Clock::time_point now = Clock::now());

 private:
  using Bucket = Clock::time_point;  // when it will be full again; a full bucket need not be kept
  // Recent requests: a sum that decays over the time of a burst.
  struct Usage {
    double amount = 0;
    Clock::time_point at{};
    double by(Clock::time_point now) const;
    void add_one(Clock::time_point now);
  };
  struct Client {
    Bucket bucket{};
    Usage usage;
  };
  struct Group {
    Usage usage;
    std::map<std::string, Client> clients;
  };
  static Clock::duration wait_for(Bucket bucket, double rate, Clock::time_point now);
  static Bucket by_other_rate(Bucket bucket, double old_rate, double rate, Clock::time_point now);
  static void count(Bucket& bucket, double rate, Clock::time_point now);
  bool has_had_less_than_its_share(const std::string& group, const std::string& client, Clock::time_point now) const;
  void forget_idle(Clock::time_point now);

  std::mutex mutex_;
  PostRates rates_;
  Bucket total_{};
  std::map<std::string, Group> groups_;
  size_t known_ = 0;  // number of clients in all groups
};

}  // namespace copybench
