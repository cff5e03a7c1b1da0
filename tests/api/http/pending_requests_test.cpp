#include "api/http/pending_requests.h"

#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <utility>

#include "api/fixture.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// A connection whose client end the test holds.
struct Client {
  Client() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    socket.reset(ends[0]);
    served.reset(ends[1]);
  }
  void enter(PendingRequests& room) { room.enter(HttpConnection(std::move(served), 1s)); }
  void send(std::string_view text) const { HttpClient::send(socket.get(), text); }
  std::string received() const {
    char buffer[1000];
    const ssize_t n = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
  }
  UniqueFd socket, served;
};

struct Room : PendingRequests {
  explicit Room(size_t connections = 10, size_t bytes = 1 << 20, std::chrono::milliseconds timeout = 1min)
      : PendingRequests(connections, bytes, 1000, timeout,
                    [](const HttpConnection& connection) { return connection.head().starts_with("POST /refused"); }) {}
  // One round of the server's loop.
  Sorted look() {
    std::vector<pollfd> entries;
    append_to(entries);
    ::poll(entries.data(), entries.size(), 0);
    return sort(entries.data(), entries.size());
  }
  size_t held() const {
    std::vector<pollfd> entries;
    append_to(entries);
    return entries.size();
  }
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n";

}  // namespace

TEST_CASE("a request that its head rejects does not wait for its body") {
  Room room;
  Client client, other;
  client.enter(room);
  other.enter(room);
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  other.send(kPost + "\r\n");
  CHECK(room.look().ready.size() == 1);
  CHECK(room.held() == 1);
}

TEST_CASE("bodies that arrive without a pause are kept up to the limit, whoever sends them") {
  Room room(10, 1000);
  std::vector<Client> clients(5);
  for (Client& client : clients) {
    client.enter(room);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + std::string(899, 'x'));
  }
  size_t crowded = 0, held = 0;
  for (const HttpConnection& one : room.look().crowded) crowded += one.bytes_held() > 0;
  for (int i = 0; i < 20; ++i) {
    const auto sorted = room.look();
    CHECK(sorted.ready.empty());
    for (const HttpConnection& one : sorted.crowded) CHECK(one.bytes_held() <= 1000);
    held = room.held();
  }
  CHECK(crowded >= 1);
  CHECK(held >= 1);
}

TEST_CASE("a request is ready when its head and the announced body have arrived") {
  Room room;
  Client client;
  client.enter(room);
  for (const char* part : {"POST / HTTP/1.1\r\nHo", "st: a\r\nContent-Length: 4\r\n\r", "\nbo", "d"}) {
    client.send(part);
    CHECK(room.look().ready.empty());
  }
  client.send("y");
  const auto lingering = room.look();
  REQUIRE(lingering.ready.size() == 1);
  CHECK(lingering.late.empty());
  CHECK(lingering.ready[0].head() == kPost + "\r\n");
  CHECK(room.held() == 0);
}

TEST_CASE("a client that was added after poll() is served too") {
  Room room;
  Client client;
  client.send(kGet);
  client.enter(room);
  CHECK(room.sort(nullptr, 0).ready.size() == 1);
}

TEST_CASE("a request that its head rejects is ready without a body") {
  for (const std::string& head :
       {std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/1.1\n\n"), std::string(40'000, 'a'),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")}) {
    Room room;
    Client client;
    client.enter(room);
    client.send(head);
    CHECK(room.look().ready.size() == 1);
  }
}

TEST_CASE("a client that expects 100-continue gets it once") {
  Room room;
  Client client;
  client.enter(room);
  client.send(kPost + "Expect: 100-continue\r\n\r\n");
  CHECK(room.look().ready.empty());
  CHECK(client.received() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("bod");
  CHECK(room.look().ready.empty());
  CHECK(client.received().empty());
  client.send("y");
  CHECK(room.look().ready.size() == 1);
}

TEST_CASE("other expectations and HTTP/1.0 get no 100-continue") {
  for (const char* request : {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 200-foo\r\n\r\n",
                              "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"}) {
    CAPTURE(request);
    Room room;
    Client client;
    client.enter(room);
    client.send(request);
    room.look();
    CHECK(client.received().empty());
  }
}

TEST_CASE("a closed client is dropped silently if it sent nothing, else it gets an error") {
  Room room;
  Client silent, partly, within;
  for (Client* client : {&silent, &partly, &within}) client->enter(room);
  partly.send("GET / HT");
  within.send(kPost + "\r\nbo");
  for (Client* client : {&silent, &partly, &within}) client->socket.reset();
  const auto lingering = room.look();
  CHECK(lingering.ready.size() == 2);
  CHECK(lingering.late.empty());
  CHECK(room.held() == 0);
}

TEST_CASE("poll() wakes for the first deadline, or never without one") {
  Room room;
  CHECK(room.poll_timeout() == -1);
  Client client;
  client.enter(room);
  CHECK(room.poll_timeout() > 0);
  CHECK(room.poll_timeout() <= 60'000);
}

TEST_CASE("head and body have a time limit each") {
  Room room(10, 1 << 20, 0ms);
  Client late;
  late.enter(room);
  late.send("GET / HT");
  CHECK(room.look().late.size() == 1);

  Room patient(10, 1 << 20, 200ms);
  Client slow;
  slow.enter(patient);
  std::this_thread::sleep_for(120ms);  // the real time limit is tested here
  slow.send(kPost + "\r\n");
  CHECK(patient.look().late.empty());
  CHECK(patient.poll_timeout() > 100);
}

TEST_CASE("above the limits of connections and bytes, the oldest are dropped first") {
  Room few(2);
  std::vector<Client> clients(4);
  for (Client& client : clients) client.enter(few);
  clients[0].send("GET /first");
  const auto crowded = few.look();
  CHECK(crowded.late.empty());
  REQUIRE(crowded.crowded.size() == 2);
  CHECK(crowded.crowded[0].head() == "GET /first");
  CHECK(few.held() == 2);

  Room small(10, 300);
  std::vector<Client> large(3);
  for (Client& client : large) {
    client.enter(small);
    client.send("GET /" + std::string(145, 'a'));
  }
  CHECK(small.look().crowded.size() == 1);
  CHECK(small.held() == 2);
}

TEST_CASE("the oldest can be removed to free its descriptor") {
  Room room;
  CHECK_FALSE(room.take_oldest());
  Client first, second;
  first.enter(room);
  second.enter(room);
  CHECK(room.take_oldest());
  CHECK(room.held() == 1);
  CHECK(HttpClient::receive_all(first.socket.get()).empty());
  second.send(kGet);
  CHECK(room.look().ready.size() == 1);
}
