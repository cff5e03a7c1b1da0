#include "api/http/post_limit.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

const PostLimit::Clock::time_point kStart{1000h};

// Returns how many of `tries` are allowed at this moment.
int passed(PostLimit& limit, const std::string& peer, int tries, PostLimit::Clock::time_point now) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limit.take(peer, "", now) ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("a burst of ten seconds of the rate passes, then the rate") {
  PostLimit limit({5, 0});
  CHECK(passed(limit, "10.0.0.1", 100, kStart) == 51);  // the request that empties the bucket passes too
  CHECK(limit.take("10.0.0.1", "", kStart) == 1s);
  CHECK(passed(limit, "10.0.0.1", 100, kStart + 2s) == 10);
  CHECK(passed(limit, "10.0.0.1", 100, kStart + 1h) == 51);
}

TEST_CASE("clients have buckets of their own and share one, of which nobody takes another's share") {
  PostLimit limit({5, 8});
  CHECK(passed(limit, "10.0.0.1", 100, kStart) == 51);
  CHECK(passed(limit, "10.0.0.2", 100, kStart) == 40);  // half of the total rate
  CHECK(passed(limit, "10.0.0.1", 100, kStart + 1s) == 0);
  const int late = passed(limit, "10.0.0.3", 100, kStart + 1s);
  CHECK(late >= 26);  // a third
  CHECK(late <= 28);
}

TEST_CASE("a client that posts seldom is never rejected, however many others flood") {
  PostLimit limit({100, 200});
  int honest = 0, others = 0;
  for (int step = 0; step < 40 * 100; ++step) {
    const auto now = kStart + step * 10ms;
    for (const char* peer : {"127.0.0.2", "127.0.0.3", "10.0.0.9"}) others += passed(limit, peer, 5, now);
    if (step % 100 == 99) honest += passed(limit, "127.0.0.1", 1, now);
  }
  CHECK(honest == 40);
  CHECK(others <= 200 * (40 + 10) + 100);
  CHECK(others >= 200 * 40);
}

TEST_CASE("addresses of one user have fair shares too") {
  PostLimit limit({20, 40});
  int honest = 0;
  for (int step = 0; step < 60 * 100; ++step) {
    const auto now = kStart + step * 10ms;
    for (const char* peer : {"127.0.0.2", "127.0.0.3", "127.0.0.4"}) {
      for (int i = 0; i < 5; ++i) limit.take(peer, "0", now);
    }
    if (step % 15 == 14) honest += limit.take("127.0.0.1", "0", now) ? 0 : 1;
  }
  CHECK(honest == 400);
}

TEST_CASE("a user gains nothing from many addresses") {
  PostLimit limit({100, 200});
  int honest = 0;
  for (int step = 0; step < 40 * 100; ++step) {
    const auto now = kStart + step * 10ms;
    for (int i = 0; i < 10; ++i) limit.take(fmt::format("127.0.{}.{}", step % 250, i), "1001", now);
    if (step % 10 == 9) honest += limit.take("127.0.0.1", "1000", now) ? 0 : 1;
  }
  CHECK(honest == 400);
}

TEST_CASE("an IPv6 host gains nothing from the addresses of its network") {
  PostLimit limit({1, 0});
  CHECK(passed(limit, "fd00::1", 100, kStart) == 11);
  CHECK(passed(limit, "fd00::2", 100, kStart) == 0);
  CHECK(passed(limit, "fd00:0:0:1::2", 100, kStart) == 11);
}

TEST_CASE("without rates nothing is limited") {
  PostLimit limit({0, 0});
  CHECK(passed(limit, "", 100'000, kStart) == 100'000);
}

TEST_CASE("above the number of remembered clients the shared bucket is the limit; places are freed again") {
  PostLimit limit({1, 1000});
  int count = 0;
  for (int i = 0; i < 20'000; ++i) count += passed(limit, fmt::format("10.0.{}.{}", i / 256, i % 256), 1, kStart);
  CHECK(count == 10'001);
  CHECK(passed(limit, "192.168.0.1", 100, kStart + 1min) == 11);
}

TEST_CASE("a user with more addresses than can be remembered leaves others their share") {
  PostLimit limit({0, 10});
  const auto now = PostLimit::Clock::now();
  for (int i = 0; i < 10'000; ++i) limit.take(fmt::format("127.1.{}.{}", i / 250, i % 250), "1000", now);
  int count = 0;
  for (int i = 0; i < 40; ++i) count += !limit.take("127.0.0.1", "1001", now);
  CHECK(count == 40);
}

TEST_CASE("changed rates apply to later requests") {
  PostLimit limit({1, 0});
  const auto now = PostLimit::Clock::now();
  while (!limit.take("10.0.0.1", "", now)) {
  }
  limit.set_rates({0, 0}, now);
  CHECK_FALSE(limit.take("10.0.0.1", "", now));
  limit.set_rates({1, 0}, now);
  CHECK(passed(limit, "10.0.0.1", 100, now) == 11);
}

TEST_CASE("a client that had to wait for days at a rate that was too low waits by the new one") {
  PostLimit limit({0.0001, 0});
  const auto now = PostLimit::Clock::now();
  CHECK(passed(limit, "10.0.0.1", 100, now) == 1);
  CHECK(limit.take("10.0.0.1", "", now) > 1h);
  limit.set_rates({10, 0}, now);
  CHECK(passed(limit, "10.0.0.1", 1000, now) >= 99);
}
