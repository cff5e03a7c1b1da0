#include "api/waiting_room.h"

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "api/request_head.h"

namespace copybench {

using std::chrono::milliseconds;
using Arrival = HttpConnection::Arrival;

namespace {

constexpr size_t kBytesAtOnce = 256 << 10;

}  // namespace

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

WaitingRoom::Fate WaitingRoom::look_at(Held& held, size_t room_for) const {
  HttpConnection& connection = held.connection;
  // Whoever sends without a pause leaves the others their turns.
  const auto lacks_body = [&] {
    return connection.receive_body(*held.body, std::min(room_for, kBytesAtOnce)) == Arrival::partly;
  };
  if (!held.body) {
    const Arrival head = connection.receive_head(kMaxHeadBytes);
    if (head == Arrival::partly) return Fate::stays;
    // Who has closed one half may read yet why nothing comes of its half of a request.
    if (head == Arrival::closed) return connection.head().empty() ? Fate::gone : Fate::ready;
    const auto read = read_request_head(connection.head(), max_body_);
    // What is refused by its head alone is refused at once.
    if (head == Arrival::too_long || !read || read->content_length == 0) return Fate::ready;
    held.body = read->content_length;
    // Whoever answers judges the head too; it is done here only to wait for no body in vain.
    if (!lacks_body() || refused_by_head_(connection)) return Fate::ready;
    held.deadline = Clock::now() + timeout_;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (read->asks_first) ::send(connection.fd(), kContinue.data(), kContinue.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return Fate::stays;
  }
  return lacks_body() ? Fate::stays : Fate::ready;
}

size_t WaitingRoom::greediest() const {
  std::map<std::string, size_t> bytes;
  for (const Held& held : held_) bytes[held.connection.peer()] += held.connection.bytes_held();
  const auto most = std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto oldest = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return held.connection.peer() == most->first && held.connection.bytes_held() > 0;
  });
  return static_cast<size_t>(oldest - held_.begin());
}

WaitingRoom::Leaving WaitingRoom::sort(const pollfd* entries, size_t polled) {
  Leaving leaving;
  std::vector<Held> staying;
  staying.reserve(held_.size());
  size_t bytes = 0;
  for (const Held& held : held_) bytes += held.connection.bytes_held();
  const auto now = Clock::now();
  for (size_t i = 0; i < held_.size(); ++i) {
    Held& held = held_[i];
    const size_t before = held.connection.bytes_held();
    // One byte too many shows that somebody has to go.
    const size_t room_for = bytes > max_bytes_ ? 0 : max_bytes_ - bytes + 1;
    const Fate fate = i >= polled || entries[i].revents != 0 ? look_at(held, room_for) : Fate::stays;
    const bool late = fate == Fate::stays && held.deadline <= now;
    bytes += held.connection.bytes_held() - before;
    if (fate == Fate::stays && !late) {
      staying.push_back(std::move(held));
      continue;
    }
    bytes -= held.connection.bytes_held();
    if (fate == Fate::ready) leaving.ready.push_back(std::move(held.connection));
    if (!late) continue;
    held.connection.drop_body();
    leaving.late.push_back(std::move(held.connection));
  }
  held_ = std::move(staying);
  const auto remove = [&](size_t index) {
    bytes -= held_[index].connection.bytes_held();
    held_[index].connection.drop_body();
    leaving.crowded.push_back(std::move(held_[index].connection));
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
  };
  while (held_.size() > max_connections_) remove(0);
  while (bytes > max_bytes_) remove(greediest());
  return leaving;
}

std::optional<HttpConnection> WaitingRoom::take_oldest() {
  if (held_.empty()) return std::nullopt;
  HttpConnection oldest = std::move(held_.front().connection);
  held_.erase(held_.begin());
  return oldest;
}

}  // namespace copybench
