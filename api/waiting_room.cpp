#include "api/waiting_room.h"

#include <sys/socket.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "api/request_head.h"

namespace copybench {

using std::chrono::milliseconds;
using Arrival = HttpConnection::Arrival;

void WaitingRoom::append_to(std::vector<pollfd>& entries) const {
  for (const Held& held : held_) entries.push_back({held.connection.fd(), POLLIN, 0});
}

int WaitingRoom::poll_timeout() const {
  if (held_.empty()) return -1;
  const auto first = std::min_element(held_.begin(), held_.end(),
                                      [](const Held& a, const Held& b) { return a.deadline < b.deadline; });
  const auto left = std::chrono::ceil<milliseconds>(first->deadline - Clock::now());
  return static_cast<int>(std::max(left, milliseconds{0}).count());
}

WaitingRoom::Fate WaitingRoom::look_at(Held& held) const {
  HttpConnection& connection = held.connection;
  if (!held.body) {
    const Arrival head = connection.receive_head(kMaxHeadBytes);
    if (head == Arrival::partly) return Fate::stays;
    // Who has closed one half may read yet why nothing comes of its half of a request.
    if (head == Arrival::closed) return connection.head().empty() ? Fate::gone : Fate::ready;
    const auto read = read_request_head(connection.head(), max_body_);
    // What is refused by its head alone is refused at once.
    if (head == Arrival::too_long || !read || read->content_length == 0) return Fate::ready;
    held.body = read->content_length;
    held.deadline = Clock::now() + timeout_;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (read->asks_first) ::send(connection.fd(), kContinue.data(), kContinue.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  return connection.receive_body(*held.body) == Arrival::partly ? Fate::stays : Fate::ready;
}

WaitingRoom::Leaving WaitingRoom::sort(const pollfd* entries, size_t polled) {
  Leaving leaving;
  std::vector<Held> staying;
  staying.reserve(held_.size());
  size_t bytes = 0;
  const auto now = Clock::now();
  for (size_t i = 0; i < held_.size(); ++i) {
    Held& held = held_[i];
    const Fate fate = i >= polled || entries[i].revents != 0 ? look_at(held) : Fate::stays;
    if (fate == Fate::ready) leaving.ready.push_back(std::move(held.connection));
    if (fate != Fate::stays) continue;
    if (held.deadline <= now) {
      leaving.late.push_back(std::move(held.connection));
      continue;
    }
    bytes += held.connection.bytes_held();
    staying.push_back(std::move(held));
  }
  held_ = std::move(staying);
  size_t most = 0;
  while (most < held_.size() && (held_.size() - most > max_connections_ || bytes > max_bytes_)) {
    bytes -= held_[most].connection.bytes_held();
    leaving.crowded.push_back(std::move(held_[most++].connection));
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(most));
  return leaving;
}

std::optional<HttpConnection> WaitingRoom::take_oldest() {
  if (held_.empty()) return std::nullopt;
  HttpConnection oldest = std::move(held_.front().connection);
  held_.erase(held_.begin());
  return oldest;
}

}  // namespace copybench
