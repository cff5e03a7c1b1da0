#include "api/http/pending_requests.h"

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/request_head.h"

namespace copybench {

using std::chrono::milliseconds;
using Arrival = HttpConnection::Arrival;

namespace {

constexpr size_t kBytesAtOnce = 64 << 10;

}  // namespace

void PendingRequests::append_to(std::vector<pollfd>& entries) const {
  for (const Held& held : held_) entries.push_back({held.connection.fd(), POLLIN, 0});
}

int PendingRequests::poll_timeout() const {
  if (held_.empty()) return -1;
  const auto first = std::min_element(held_.begin(), held_.end(),
                                      [](const Held& a, const Held& b) { return a.deadline < b.deadline; });
  const auto left = std::chrono::ceil<milliseconds>(first->deadline - Clock::now());
  return static_cast<int>(std::max(left, milliseconds{0}).count());
}

PendingRequests::Fate PendingRequests::look_at(Held& held, size_t room_for) const {
  HttpConnection& connection = held.connection;
  // Bounded per call, so that a client that sends without a pause does not delay the others.
  const auto lacks_body = [&] {
    return connection.receive_body(*held.body, std::min(room_for, kBytesAtOnce)) == Arrival::partly;
  };
  if (!held.body) {
    const Arrival head = connection.receive_head(kMaxHeadBytes);
    if (head == Arrival::partly) return Fate::stays;
    // A client that has closed only its sending half can still read why its partial request fails.
    if (head == Arrival::closed) return connection.head().empty() ? Fate::gone : Fate::ready;
    const auto read = read_request_head(connection.head(), max_body_);
    // A request that its head alone makes invalid is answered at once.
    if (head == Arrival::too_long || !read || read->content_length == 0) return Fate::ready;
    held.body = read->content_length;
    // The handler validates the head again. This check only avoids waiting for a body that is not needed.
    if (!lacks_body() || refused_by_head_(connection)) return Fate::ready;
    held.deadline = Clock::now() + timeout_;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (read->asks_first) ::send(connection.fd(), kContinue.data(), kContinue.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return Fate::stays;
  }
  return lacks_body() ? Fate::stays : Fate::ready;
}

size_t PendingRequests::greediest() const {
  std::map<std::string, size_t> bytes;
  for (const Held& held : held_) bytes[held.connection.peer()] += held.connection.bytes_held();
  const auto most = std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto oldest = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return held.connection.peer() == most->first && held.connection.bytes_held() > 0;
  });
  return static_cast<size_t>(oldest - held_.begin());
}

PendingRequests::Sorted PendingRequests::sort(const pollfd* entries, size_t polled) {
  Sorted sorted;
  std::vector<Held> staying;
  staying.reserve(held_.size());
  size_t bytes = 0;
  for (const Held& held : held_) bytes += held.connection.bytes_held();
  const auto now = Clock::now();
  for (size_t i = 0; i < held_.size(); ++i) {
    Held& held = held_[i];
    const size_t before = held.connection.bytes_held();
    // One byte over the limit is allowed, to detect below that the limit is exceeded.
    const size_t room_for = bytes > max_bytes_ ? 0 : max_bytes_ - bytes + 1;
    const Fate fate = i >= polled || entries[i].revents != 0 ? look_at(held, room_for) : Fate::stays;
    const bool late = fate == Fate::stays && held.deadline <= now;
    bytes += held.connection.bytes_held() - before;
    if (fate == Fate::stays && !late) {
      staying.push_back(std::move(held));
      continue;
    }
    bytes -= held.connection.bytes_held();
    if (fate == Fate::ready) sorted.ready.push_back(std::move(held.connection));
    if (!late) continue;
    held.connection.drop_body();
    sorted.late.push_back(std::move(held.connection));
  }
  held_ = std::move(staying);
  const auto remove = [&](size_t index) {
    bytes -= held_[index].connection.bytes_held();
    held_[index].connection.drop_body();
    sorted.crowded.push_back(std::move(held_[index].connection));
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
  };
  while (held_.size() > max_connections_) remove(0);
  while (bytes > max_bytes_) remove(greediest());
  return sorted;
}

std::optional<HttpConnection> PendingRequests::take_oldest() {
  if (held_.empty()) return std::nullopt;
  HttpConnection oldest = std::move(held_.front().connection);
  held_.erase(held_.begin());
  return oldest;
}

}  // namespace copybench
