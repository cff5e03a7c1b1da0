#include "api/leaving_room.h"

#include <algorithm>
#include <utility>

namespace copybench {
namespace {

using std::chrono::milliseconds;
using Departure = HttpConnection::Departure;

// For what the client may still be sending; then its answer has been there for as long.
constexpr milliseconds kSwallowTime = std::chrono::seconds{2};

}  // namespace

bool LeavingRoom::keeps_pace(Held& held, Clock::time_point now) const {
  HttpConnection::Pace& pace = held.connection.pace;
  const uint64_t taken = held.connection.bytes_taken();
  const bool first = pace.checked == Clock::time_point{};
  if (first || taken > pace.taken) pace.moved = now;
  const auto least = kLeastBytesPerSecond * static_cast<uint64_t>(period_.count()) / 1000;
  if (!first && now < pace.checked + period_) {
    held.deadline = pace.checked + period_;
    return true;
  }
  if (!first && taken - pace.taken < least) return false;
  pace.checked = now;
  pace.taken = taken;
  held.deadline = now + period_;
  return true;
}

std::optional<HttpConnection> LeavingRoom::enter(HttpConnection connection) {
  const Departure departure = connection.depart();
  if (departure == Departure::over) return std::nullopt;
  const auto now = Clock::now();
  HttpConnection::Pace& pace = connection.pace;
  if (pace.away != Clock::time_point{}) {
    const auto away = now - std::exchange(pace.away, {});
    pace.checked += away;
    pace.moved += away;
  }
  Held held{std::move(connection), departure, now + kSwallowTime};
  if (departure != Departure::receiving && !keeps_pace(held, now)) return std::nullopt;
  if (departure == Departure::hungry) {
    held.connection.pace.away = now;
    return std::move(held.connection);
  }
  held_.push_back(std::move(held));
  size_t bytes = 0;
  for (const Held& one : held_) bytes += one.connection.bytes_kept();
  while (held_.size() > max_connections_ || (bytes > max_bytes_ && held_.size() > 1)) {
    close_slowest();
    bytes = 0;
    for (const Held& one : held_) bytes += one.connection.bytes_kept();
  }
  return std::nullopt;
}

void LeavingRoom::append_to(std::vector<pollfd>& entries) const {
  for (const Held& held : held_) {
    const short awaited = held.departure == Departure::sending ? POLLOUT : POLLIN;
    entries.push_back({held.connection.fd(), awaited, 0});
  }
}

int LeavingRoom::poll_timeout() const {
  if (held_.empty()) return -1;
  const auto first = std::min_element(held_.begin(), held_.end(),
                                      [](const Held& a, const Held& b) { return a.deadline < b.deadline; });
  const auto left = std::chrono::ceil<milliseconds>(first->deadline - Clock::now());
  return static_cast<int>(std::max(left, milliseconds{0}).count());
}

std::vector<HttpConnection> LeavingRoom::see_off(const pollfd* entries, size_t polled) {
  const auto now = Clock::now();
  std::vector<HttpConnection> hungry;
  size_t index = 0;
  std::erase_if(held_, [&](Held& held) {
    const bool moved = index < polled && entries[index].revents != 0;
    ++index;
    if (moved) {
      const Departure before = std::exchange(held.departure, held.connection.depart());
      if (held.departure == Departure::over) return true;
      if (held.departure == Departure::receiving && before != Departure::receiving) held.deadline = now + kSwallowTime;
    }
    if (held.departure == Departure::receiving) return held.deadline <= now;
    if ((moved || held.deadline <= now) && !keeps_pace(held, now)) return true;
    if (held.departure != Departure::hungry) return false;
    held.connection.pace.away = now;
    hungry.push_back(std::move(held.connection));
    return true;
  });
  return hungry;
}

bool LeavingRoom::close_slowest() {
  const auto slowest = std::min_element(held_.begin(), held_.end(), [](const Held& a, const Held& b) {
    return a.connection.pace.moved < b.connection.pace.moved;
  });
  if (slowest == held_.end()) return false;
  held_.erase(slowest);
  return true;
}

}  // namespace copybench
