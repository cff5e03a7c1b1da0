#include "core/engine/slowdown.h"

#include <doctest/doctest.h>

#include "core/base/time.h"

using namespace copybench;

namespace {

class Idle : public SendPath {
 public:
  Result<uint32_t> acquire() override { return 0; }
  Result<void> send(uint32_t) override { return {}; }
  Result<void> drain(Nanoseconds) override { return {}; }
};

int64_t ns_of_messages(const Slowdown& slowdown, int messages) {
  const auto path = slowed_down(std::make_unique<Idle>(), slowdown, 1000);
  const int64_t begin = monotonic_ns();
  for (int i = 0; i < messages; ++i) CHECK(path->send(0));
  return monotonic_ns() - begin;
}

}  // namespace

TEST_CASE("each term of a slowdown is named") {
  const auto slowdown = parse_slowdown("message_ns=20000+byte_ns=0.5");
  REQUIRE(slowdown);
  CHECK(slowdown->message_ns == 20000);
  CHECK(slowdown->byte_ns == 0.5);
  CHECK(slowdown->share == 0);
  CHECK(parse_slowdown("share=0.05")->share == 0.05);
  CHECK(parse_slowdown("byte_ns=1+cpu=1")->cpu == 1);
  CHECK(parse_slowdown("message_ns=1+until_s=0.5")->until_s == 0.5);
  CHECK(parse_slowdown("message_ns=1+grow_s=3")->grow_s == 3);
  for (const char* bad : {"", "message_ns", "message_ns=", "message_ns=x", "message_ns=-1", "bytes=1", "share=nan",
                          "share=1+"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_slowdown(bad));
  }
}

TEST_CASE("a timed slowdown ends with its time, and a growing one starts small") {
  Slowdown slowdown;
  slowdown.message_ns = 1e6;
  slowdown.until_s = 0.02;
  CHECK(ns_of_messages(slowdown, 1000) >= 20'000'000);
  CHECK(ns_of_messages(slowdown, 1000) < 500'000'000);
  slowdown.until_s = 0;
  slowdown.grow_s = 1000;
  CHECK(ns_of_messages(slowdown, 100) < 50'000'000);
}

TEST_CASE("each message takes at least the slowdown of its own and its bytes' terms") {
  CHECK(ns_of_messages({20'000, 0, 0, 0}, 100) >= 2'000'000);
  CHECK(ns_of_messages({0, 20, 0, 0}, 100) >= 2'000'000);
  // A thread's CPU time never exceeds elapsed time.
  CHECK(ns_of_messages({0, 20, 0, 1}, 100) >= 2'000'000);
}
