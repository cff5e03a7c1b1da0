#include "api/http/post_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr auto kBurst = 10s;
// Clients active within a burst's time. Over this number, only the common bucket limits further ones.
constexpr size_t kMaxClients = 4096;
// The maximum in one group; leaves room for other groups.
constexpr size_t kMaxClientsOfAGroup = 256;
constexpr double kMostOfAShare = 1.5;

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

PostLimit::Bucket PostLimit::by_other_rate(Bucket bucket, double old_rate, double rate, Clock::time_point now) {
  if (rate <= 0 || old_rate <= 0 || bucket <= now) return {};
  // With a slower rate the bucket is full again within one burst's time: no client is rejected for requests that were allowed.
  const auto owed = std::chrono::duration<double>(bucket - now) * (old_rate / rate);
  return now + std::chrono::duration_cast<Clock::duration>(std::min<std::chrono::duration<double>>(owed, kBurst));
}

void PostLimit::set_rates(PostRates rates, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  total_ = by_other_rate(total_, rates_.total, rates.total, now);
  for (auto& [name, group] : groups_) {
    for (auto& [address, client] : group.clients) {
      client.bucket = by_other_rate(client.bucket, rates_.per_client, rates.per_client, now);
    }
  }
  rates_ = rates;
}

double PostLimit::Usage::by(Clock::time_point now) const {
  if (amount == 0) return 0;
  return amount * std::exp(-std::chrono::duration<double>(now - at) / std::chrono::duration<double>(kBurst));
}

void PostLimit::Usage::add_one(Clock::time_point now) {
  amount = by(now) + 1;
  at = now;
}

bool PostLimit::has_had_less_than_its_share(const std::string& group, const std::string& client, Clock::time_point now) const {
  const auto active = [now](const auto& entry) { return entry.second.usage.by(now) >= 1; };
  const double burst = rates_.total * std::chrono::duration<double>(kBurst).count();
  const auto known = groups_.find(group);
  // A group that is new or was not stored has no known usage.
  if (known == groups_.end()) return known_ < kMaxClients;
  const Group& own = known->second;
  const double share = burst / static_cast<double>(std::max<std::ptrdiff_t>(std::count_if(groups_.begin(), groups_.end(), active), 1));
  // Each member may have used less than its share while the group has used all of its own. Such members pass, but not any number
  // of new ones.
  if (own.usage.by(now) >= kMostOfAShare * share) return false;
  const auto member = own.clients.find(client);
  if (member == own.clients.end()) return known_ < kMaxClients && own.clients.size() < kMaxClientsOfAGroup;
  const auto members = std::max<std::ptrdiff_t>(std::count_if(own.clients.begin(), own.clients.end(), active), 1);
  return member->second.usage.by(now) < share / static_cast<double>(members);
}

void PostLimit::forget_idle(Clock::time_point now) {
  const auto idle = [now](const auto& entry) { return entry.second.bucket <= now && entry.second.usage.by(now) < 0.5; };
  known_ = 0;
  for (auto& [name, group] : groups_) {
    std::erase_if(group.clients, idle);
    known_ += group.clients.size();
  }
  std::erase_if(groups_, [](const auto& entry) { return entry.second.clients.empty(); });
}

std::optional<std::chrono::seconds> PostLimit::take(const std::string& peer, const std::string& user, Clock::time_point now) {
  const std::string client = client_of(peer);
  const std::string group = user.empty() ? client : "user " + user;
  std::lock_guard lock(mutex_);
  const auto known_group = groups_.find(group);
  const Client* known = nullptr;
  if (known_group != groups_.end()) {
    const auto found = known_group->second.clients.find(client);
    if (found != known_group->second.clients.end()) known = &found->second;
  }
  const auto own_wait = known ? wait_for(known->bucket, rates_.per_client, now) : Clock::duration(0s);
  if (own_wait > 0s) return std::chrono::ceil<std::chrono::seconds>(own_wait);
  const auto total_wait = wait_for(total_, rates_.total, now);
  if (total_wait > 0s && !has_had_less_than_its_share(group, client, now)) {
    return std::chrono::ceil<std::chrono::seconds>(total_wait);
  }
  count(total_, rates_.total, now);
  total_ = std::min(total_, now + 2 * kBurst);
  const auto is_full = [&] {
    const auto own = groups_.find(group);
    return known_ >= kMaxClients || (own != groups_.end() && own->second.clients.size() >= kMaxClientsOfAGroup);
  };
  if (!known && is_full()) forget_idle(now);
  if (!known && is_full()) {
    if (const auto own = groups_.find(group); own != groups_.end()) own->second.usage.add_one(now);
    return std::nullopt;
  }
  if (!known) ++known_;
  Group& own = groups_[group];
  own.usage.add_one(now);
  Client& one = own.clients[client];
  one.usage.add_one(now);
  count(one.bucket, rates_.per_client, now);
  return std::nullopt;
}

}  // namespace copybench
