#include "core/load/paced_requests.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "core/base/unique_fd.h"
#include "core/wire/greeting.h"

using namespace copybench;

namespace {

constexpr int64_t kMs = 1'000'000;

struct Pair {
  Pair() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    client.reset(fds[0]);
    engine.reset(fds[1]);
  }
  size_t frames_arrived() const {
    std::byte bytes[4096];
    const ssize_t n = ::recv(engine.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    return n < 0 ? 0 : static_cast<size_t>(n) / kClientFrameBytes;
  }
  UniqueFd client, engine;
};

}  // namespace

TEST_CASE("due requests are sent, answered or not") {
  const Pair pair;
  PacedRequests requests(pair.client.get(), Pacer({1000, 0, 1}, 0), 4096);
  REQUIRE(requests.ask(0));
  CHECK(pair.frames_arrived() == 1);
  REQUIRE(requests.ask(10 * kMs));
  CHECK(pair.frames_arrived() == 10);
  CHECK(requests.most_outstanding() == 11);
  CHECK(requests.next_answer_due_ns() == 0);
  for (int i = 0; i < 11; ++i) requests.answered();
  CHECK(requests.settled());
  CHECK(requests.next_answer_due_ns() == 11 * kMs);
}

TEST_CASE("an engine that cannot keep up gets a bounded number of requests, and missed ones stay due") {
  const Pair pair;
  PacedRequests requests(pair.client.get(), Pacer({1000, 0, 1}, 0), 32 << 20);
  REQUIRE(requests.ask(100 * kMs));
  CHECK(pair.frames_arrived() == 2);
  requests.answered();
  CHECK(requests.next_answer_due_ns() == kMs);
  REQUIRE(requests.ask(100 * kMs));
  CHECK(pair.frames_arrived() == 1);
}

TEST_CASE("waiting ends with a response, or when the next request is due") {
  const Pair pair;
  PacedRequests requests(pair.client.get(), Pacer({1000, 0, 1}, monotonic_ns()), 4096);
  CHECK(requests.wait(/*ending=*/false).value() == false);
  const std::byte answer{};
  REQUIRE(::send(pair.engine.get(), &answer, 1, 0) == 1);
  CHECK(requests.wait(/*ending=*/true).value() == true);
}
