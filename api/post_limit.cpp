#include "api/post_limit.h"

#include <arpa/inet.h>

#include <algorithm>

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kBurst = 10s;
// Beyond so many clients that were active within a burst's time, the bucket of all must do.
constexpr size_t kMaxClients = 4096;

std::string client_of(const std::string& peer) {
  in6_addr address{};
  if (inet_pton(AF_INET6, peer.c_str(), &address) != 1) return peer;
  return {reinterpret_cast<const char*>(address.s6_addr), 8};
}

}  // namespace

PostLimit::Clock::duration PostLimit::wait_for(Bucket bucket, double rate, Clock::time_point now) {
  if (rate <= 0) return 0s;
  return std::max<Clock::duration>(bucket - now - kBurst, 0s);
}

void PostLimit::count(Bucket& bucket, double rate, Clock::time_point now) {
  if (rate <= 0) return;
  bucket = std::max(bucket, now) + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate));
}

void PostLimit::set_rates(PostRates rates) {
  std::lock_guard lock(mutex_);
  rates_ = rates;
}

std::optional<std::chrono::seconds> PostLimit::take(const std::string& peer, Clock::time_point now) {
  const std::string client = client_of(peer);
  std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  const Bucket own = known == clients_.end() ? Bucket{} : known->second;
  const auto wait = std::max(wait_for(own, rates_.per_client, now), wait_for(total_, rates_.total, now));
  if (wait > 0s) return std::chrono::ceil<std::chrono::seconds>(wait);
  if (known == clients_.end() && clients_.size() >= kMaxClients) {
    std::erase_if(clients_, [now](const auto& entry) { return entry.second <= now; });
  }
  count(total_, rates_.total, now);
  if (known != clients_.end() || clients_.size() < kMaxClients) count(clients_[client], rates_.per_client, now);
  return std::nullopt;
}

}  // namespace copybench
