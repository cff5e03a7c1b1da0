#include "api/leaving_room.h"

#include <algorithm>
#include <utility>

namespace copybench {
namespace {

using std::chrono::milliseconds;
using Departure = HttpConnection::Departure;

// What a client must manage at least, on average, to get its whole answer.
constexpr size_t kBytesPerSecond = 64 * 1024;
constexpr milliseconds kPatience = std::chrono::seconds{5};
// For what the client may still be sending; then its answer has been there for as long.
constexpr milliseconds kSwallowTime = std::chrono::seconds{2};

}  // namespace

LeavingRoom::Clock::time_point LeavingRoom::deadline_for(const HttpConnection& connection, Departure departure) {
  if (departure == Departure::receiving) return Clock::now() + kSwallowTime;
  return Clock::now() + kPatience + milliseconds{connection.bytes_unsent() * 1000 / kBytesPerSecond};
}

void LeavingRoom::enter(HttpConnection connection) {
  const Departure departure = connection.depart();
  if (departure == Departure::over) return;
  const auto deadline = deadline_for(connection, departure);
  held_.push_back({std::move(connection), departure, deadline});
  size_t bytes = 0;
  for (const Held& held : held_) bytes += held.connection.bytes_unsent();
  while (held_.size() > max_connections_ || (bytes > max_bytes_ && held_.size() > 1)) {
    bytes -= held_.front().connection.bytes_unsent();
    held_.erase(held_.begin());
  }
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

void LeavingRoom::see_off(const pollfd* entries, size_t polled) {
  const auto now = Clock::now();
  size_t index = 0;
  std::erase_if(held_, [&](Held& held) {
    const bool moved = index < polled && entries[index].revents != 0;
    ++index;
    if (!moved) return held.deadline <= now;
    const Departure before = std::exchange(held.departure, held.connection.depart());
    if (held.departure == Departure::receiving && before == Departure::sending) {
      held.deadline = deadline_for(held.connection, held.departure);
    }
    return held.departure == Departure::over || held.deadline <= now;
  });
}

bool LeavingRoom::close_oldest() {
  if (held_.empty()) return false;
  held_.erase(held_.begin());
  return true;
}

}  // namespace copybench
