#include "core/engine/acceptor.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/base/socket.h"

using namespace copybench;

namespace {

constexpr RunToken kToken{std::byte{5}};

struct Port {
  Acceptor acceptor;
  uint16_t number = 0;

  Port() : Port(listen_tcp("127.0.0.1", 0, {})) {}
  UniqueFd client() const {
    auto socket = connect_tcp("127.0.0.1", number, {});
    REQUIRE(socket);
    return std::move(*socket);
  }
  // Waits until this many clients are accepted, or none has come for a second.
  std::vector<AcceptedClient> admit(size_t wanted) {
    std::vector<AcceptedClient> all;
    pollfd readable{acceptor.poll_fd(), POLLIN, 0};
    while (all.size() < wanted && ::poll(&readable, 1, 1000) > 0) {
      for (AcceptedClient& client : acceptor.admit()) all.push_back(std::move(client));
    }
    return all;
  }

 private:
  explicit Port(Result<UniqueFd> listener) : Port(*listener, *local_port(listener->get())) {}
  Port(UniqueFd& listener, uint16_t port) : acceptor(*Acceptor::open(std::move(listener), kToken)), number(port) {}
};

void greet(const UniqueFd& socket, const RunToken& token, Nonce nonce = {}) {
  REQUIRE(send_all(socket.get(), encode(Greeting{Pattern::stream, 64, nonce}, token)));
}

bool is_closed(const UniqueFd& socket) {
  REQUIRE(wait_readable(socket.get(), std::chrono::seconds{20}));
  char byte;
  return ::recv(socket.get(), &byte, 1, 0) <= 0;
}

}  // namespace

TEST_CASE("a client that proves the token is accepted, past any number of silent ones") {
  Port port;
  std::vector<UniqueFd> strangers;
  for (size_t i = 0; i < Acceptor::kMaxWaiting + 50; ++i) strangers.push_back(port.client());
  const auto client = port.client();
  greet(client, kToken);
  const auto clients = port.admit(1);
  REQUIRE(clients.size() == 1);
  CHECK(clients[0].greeting.field_bytes == 64);
  CHECK(port.acceptor.rejected() >= 50);
  CHECK(is_closed(strangers.front()));
}

TEST_CASE("a greeting without the token, or a replayed one, is closed without a response") {
  Port port;
  const auto guess = port.client();
  greet(guess, RunToken{});
  const auto client = port.client();
  greet(client, kToken, Nonce{std::byte{1}});
  CHECK(port.admit(1).size() == 1);
  const auto replay = port.client();
  greet(replay, kToken, Nonce{std::byte{1}});
  CHECK(port.admit(1).empty());
  CHECK(is_closed(guess));
  CHECK(is_closed(replay));
  CHECK(port.acceptor.rejected() == 2);
}

TEST_CASE("a closed acceptor wakes nobody, and counts the clients that came") {
  Port port;
  const auto early = port.client();
  port.acceptor.close();
  CHECK(is_closed(early));
  CHECK(port.acceptor.rejected() == 1);
  CHECK(port.acceptor.reject_waiting() == 0);
  std::vector<UniqueFd> late;
  for (int i = 0; i < Acceptor::kHeldWhileClosed; ++i) late.push_back(port.client());
  greet(late.front(), kToken);
  pollfd readable{port.acceptor.poll_fd(), POLLIN, 0};
  CHECK(::poll(&readable, 1, 50) == 0);
  CHECK_FALSE(port.acceptor.deadline());
  CHECK(port.acceptor.reject_waiting() == late.size());
  CHECK(is_closed(late.front()));
  CHECK(port.acceptor.reject_waiting() == 0);
}
