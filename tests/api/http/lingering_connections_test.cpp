#include "api/http/lingering_connections.h"

#include <sys/socket.h>

#include <chrono>
#include <utility>

#include "api/fixture.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// A connection whose response is larger than the socket's buffer; the test holds the client's end.
struct Answered {
  explicit Answered(size_t answer, uint64_t still_coming = 0) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    socket.reset(ends[0]);
    served.emplace(UniqueFd(ends[1]), 1s);
    CHECK(served->write(std::string(answer, 'a')));
    served->end_response(still_coming);
  }
  // Returns what has arrived; nullopt once the server has closed.
  std::optional<size_t> receive() const {
    char buffer[65536];
    size_t total = 0;
    for (;;) {
      const ssize_t n = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (n < 0) return total;
      if (n == 0) return total > 0 ? std::optional(total) : std::nullopt;
      total += static_cast<size_t>(n);
    }
  }
  bool closed() const {
    for (int i = 0; i < 100; ++i) {
      if (!receive()) return true;
    }
    return false;
  }
  UniqueFd socket;
  std::optional<HttpConnection> served;
};

void look(LingeringConnections& room) {
  std::vector<pollfd> entries;
  room.append_to(entries);
  ::poll(entries.data(), entries.size(), 0);
  room.advance(entries.data(), entries.size());
}

constexpr size_t kLarge = 3 << 20;

}  // namespace

TEST_CASE("a sent response to a client that sends no more ends at once") {
  LingeringConnections room(10, 64 << 20, 10s);
  Answered client(100);
  room.enter(std::move(*client.served));
  CHECK(room.empty());
  CHECK(room.poll_timeout() == -1);
  CHECK(client.receive() == 100);
}

TEST_CASE("a response continues to its end as the client reads it") {
  LingeringConnections room(10, 64 << 20, 10s);
  Answered client(kLarge);
  room.enter(std::move(*client.served));
  CHECK_FALSE(room.empty());
  CHECK(room.poll_timeout() > 5000);  // large enough to take some time
  size_t got = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto n = client.receive();
    if (!n) break;
    got += *n;
    look(room);
  }
  CHECK(got == kLarge);
  CHECK(room.empty());
}

TEST_CASE("announced bytes are drained before the close, within a limit") {
  LingeringConnections room(10, 64 << 20, 10s);
  Answered client(100, 1000);
  room.enter(std::move(*client.served));
  CHECK(room.poll_timeout() <= 2000);
  HttpClient::send(client.socket.get(), std::string(999, 'b'));
  look(room);
  CHECK_FALSE(room.empty());
  HttpClient::send(client.socket.get(), "b");
  look(room);
  CHECK(room.empty());
  CHECK(client.receive() == 100);
}

TEST_CASE("a connection is dropped when its client closes, whatever is left to read or send") {
  LingeringConnections room(10, 64 << 20, 10s);
  Answered reader(kLarge), sender(100, 1000);
  room.enter(std::move(*reader.served));
  room.enter(std::move(*sender.served));
  reader.socket.reset();
  sender.socket.reset();
  look(room);
  CHECK(room.empty());
}

TEST_CASE("above the limits of connections and bytes, those that took nothing for longest are closed") {
  LingeringConnections few(1, 64 << 20, 10s);
  Answered first(kLarge), second(kLarge);
  few.enter(std::move(*first.served));
  few.enter(std::move(*second.served));
  CHECK(first.closed());
  CHECK_FALSE(few.empty());

  LingeringConnections small(10, kLarge, 10s);
  Answered third(kLarge), fourth(kLarge);
  small.enter(std::move(*third.served));
  small.enter(std::move(*fourth.served));
  CHECK(third.closed());
  CHECK_FALSE(fourth.closed());
  CHECK(small.close_slowest());
  CHECK(small.empty());
  CHECK_FALSE(small.close_slowest());
}

TEST_CASE("a client that takes too little in a period is closed; one that keeps pace is not") {
  LingeringConnections room(10, 64 << 20, 200ms);  // 13 KiB in each
  Answered idle(kLarge), reader(4 * kLarge);
  room.enter(std::move(*idle.served));
  room.enter(std::move(*reader.served));
  const auto until = std::chrono::steady_clock::now() + 900ms;
  size_t got = 0;
  while (std::chrono::steady_clock::now() < until) {
    char some[4096];
    const ssize_t n = ::recv(reader.socket.get(), some, sizeof some, MSG_DONTWAIT);
    if (n > 0) got += static_cast<size_t>(n);
    std::vector<pollfd> entries;
    room.append_to(entries);
    ::poll(entries.data(), entries.size(), 1);
    room.advance(entries.data(), entries.size());
  }
  CHECK(idle.closed());
  CHECK_FALSE(room.empty());
  CHECK(got > 0);
}

TEST_CASE("a response in pieces requests the next one once the last was taken, and the wait for it is not the client's") {
  LingeringConnections room(10, 64 << 20, 10s);
  Answered client(100);
  int made = 0;
  client.served->continue_with(
      [&made](std::string& out) {
        out.assign(kLarge, 'p');
        return ++made == 3 ? Piece::last : Piece::more;
      },
      false);
  auto unfinished = room.enter(std::move(*client.served));
  REQUIRE(unfinished);
  CHECK(made == 0);
  size_t got = 0;
  for (int i = 0; i < 10'000 && (unfinished || !room.empty()); ++i) {
    if (unfinished) {
      unfinished->produce();
      unfinished = room.enter(std::move(*unfinished));
      continue;
    }
    got += client.receive().value_or(0);
    std::vector<pollfd> entries;
    room.append_to(entries);
    ::poll(entries.data(), entries.size(), 0);
    for (HttpConnection& one : room.advance(entries.data(), entries.size())) unfinished = std::move(one);
  }
  got += client.receive().value_or(0);
  CHECK(made == 3);
  CHECK(got == 100 + 3 * kLarge);
}
