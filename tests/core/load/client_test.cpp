#include "core/load/client.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

using namespace copybench;

namespace {

constexpr RunToken kToken{std::byte{5}};

// Greets at a port where a thread runs this for each connection; returns the client's error.
template <typename Answer>
Error greeted_by(const Answer& answer) {
  auto listener = listen_tcp("127.0.0.1", 0, {});
  REQUIRE(listener);
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = *local_port(listener->get());
  options.field_bytes = 64;
  options.token = kToken;
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      pollfd readable{listener->get(), POLLIN, 0};
      if (::poll(&readable, 1, 10) <= 0) continue;
      const UniqueFd socket(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket) answer(socket.get());
    }
  });
  const std::atomic<Stage> stage{Stage::verify};
  Client client(options, stage, [] {});
  const auto started = client.start();
  done = true;
  other.join();
  REQUIRE_FALSE(started);
  return started.error();
}

}  // namespace

TEST_CASE("a process on the engine's port without the run's token does not pass for the engine") {
  std::vector<std::byte> seen;
  const auto error = greeted_by([&](int socket) {
    std::array<std::byte, kGreetingBytes> greeting;
    if (!receive_exactly(socket, greeting, std::chrono::seconds{10})) return;
    seen.insert(seen.end(), greeting.begin(), greeting.end());
    static_cast<void>(send_all(socket, encode(GreetingReply{Welcome::welcome, 2, 64}, RunToken{}, Nonce{})));
  });
  CHECK(error.message.find("no engine of this run") != std::string::npos);
  CHECK(seen.size() == kGreetingBytes);  // no second try, and no bytes after the greeting
}

TEST_CASE("a client whose connection is closed without a response retries a few times") {
  int tries = 0;
  const auto error = greeted_by([&](int) { ++tries; });
  CHECK(tries > 1);
  CHECK(tries < 20);
  CHECK(error.message.find("did not answer the greeting") != std::string::npos);
}
