#include "api/http/lingering_connections.h"

#include <algorithm>
#include <utility>

namespace copybench {
namespace {

using std::chrono::milliseconds;
using CloseState = HttpConnection::CloseState;

// How long a client's remaining request bytes are drained. The client has had that time to read its answer.
constexpr milliseconds kSwallowTime = std::chrono::seconds{2};

}  // namespace

bool LingeringConnections::keeps_pace(Held& held, Clock::time_point now) const {
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

std::optional<HttpConnection> LingeringConnections::enter(HttpConnection connection) {
  const CloseState state = connection.try_close();
  if (state == CloseState::closed) return std::nullopt;
  const auto now = Clock::now();
  HttpConnection::Pace& pace = connection.pace;
  if (pace.away != Clock::time_point{}) {
    const auto away = now - std::exchange(pace.away, {});
    pace.checked += away;
    pace.moved += away;
  }
  Held held{std::move(connection), state, now + kSwallowTime};
  if (state != CloseState::receiving && !keeps_pace(held, now)) return std::nullopt;
  if (state == CloseState::needs_pieces) {
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

void LingeringConnections::append_to(std::vector<pollfd>& entries) const {
  for (const Held& held : held_) {
    const short awaited = held.state == CloseState::sending ? POLLOUT : POLLIN;
    entries.push_back({held.connection.fd(), awaited, 0});
  }
}

int LingeringConnections::poll_timeout() const {
  if (held_.empty()) return -1;
  const auto first = std::min_element(held_.begin(), held_.end(),
                                      [](const Held& a, const Held& b) { return a.deadline < b.deadline; });
  const auto left = std::chrono::ceil<milliseconds>(first->deadline - Clock::now());
  return static_cast<int>(std::max(left, milliseconds{0}).count());
}

std::vector<HttpConnection> LingeringConnections::advance(const pollfd* entries, size_t polled) {
  const auto now = Clock::now();
  std::vector<HttpConnection> unfinished;
  size_t index = 0;
  std::erase_if(held_, [&](Held& held) {
    const bool moved = index < polled && entries[index].revents != 0;
    ++index;
    if (moved) {
      const CloseState before = std::exchange(held.state, held.connection.try_close());
      if (held.state == CloseState::closed) return true;
      if (held.state == CloseState::receiving && before != CloseState::receiving) held.deadline = now + kSwallowTime;
    }
    if (held.state == CloseState::receiving) return held.deadline <= now;
    if ((moved || held.deadline <= now) && !keeps_pace(held, now)) return true;
    if (held.state != CloseState::needs_pieces) return false;
    held.connection.pace.away = now;
    unfinished.push_back(std::move(held.connection));
    return true;
  });
  return unfinished;
}

bool LingeringConnections::close_slowest() {
  const auto slowest = std::min_element(held_.begin(), held_.end(), [](const Held& a, const Held& b) {
    return a.connection.pace.moved < b.connection.pace.moved;
  });
  if (slowest == held_.end()) return false;
  held_.erase(slowest);
  return true;
}

}  // namespace copybench
