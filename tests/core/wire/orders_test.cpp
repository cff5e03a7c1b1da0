#include "core/wire/orders.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "../base/pipes.h"

using namespace copybench;

TEST_CASE("a line that is an order gives its word") {
  CHECK(order_of(R"({"order": "open"})") == order::kOpen);
  for (const char* line : {"", "open", "[]", "null", R"({"order": 1})", R"({"order": null})", R"({"orders": "open"})", "{"}) {
    CHECK(order_of(line).empty());
  }
}

TEST_CASE("a line that is a report is parsed") {
  const auto report = report_of(R"({"report": "error", "message": "no memory"})");
  REQUIRE(report);
  CHECK((*report)["report"] == report::kError);
  CHECK(error_message(*report) == "no memory");
  for (const char* line : {"", "ready", "[]", "{}", R"({"report": 1})", R"({"report": "ready")", "\xff"}) {
    CHECK_FALSE(report_of(line));
  }
}

TEST_CASE("an unreadable error gives no text") {
  CHECK(error_message(*report_of(R"({"report": "error"})")).empty());
  CHECK(error_message(*report_of(R"({"report": "error", "message": 7})")).empty());
  CHECK(error_message(*report_of(R"({"report": "error", "message": null})")).empty());
}

TEST_CASE("the run's token is the first line, and a child waits for it") {
  const RunToken token{std::byte{0x0f}, std::byte{0xa0}, std::byte{3}};
  auto [read, write] = pipe_pair();
  REQUIRE(write_line(write.get(), token_order(token)));
  REQUIRE(write_line(write.get(), R"({"order":"start"})"));
  LineBuffer orders;
  const auto received = await_token(orders, read.get());
  REQUIRE(received);
  CHECK(*received == token);
  CHECK(order_of(*orders.next()) == order::kStart);  // bytes that arrived in the same read are kept
}

TEST_CASE("a run without a token fails, and the line is not repeated, since it may contain one") {
  for (const char* line : {"", "{}", R"({"order":"start"})", R"({"order":"token","token":"ab"})",
                           R"({"order":"token","token":"0fa003000000000000000000000000zz"})", R"({"order":"token","token":7})"}) {
    auto [read, write] = pipe_pair();
    REQUIRE(write_line(write.get(), line));
    LineBuffer orders;
    const auto received = await_token(orders, read.get());
    REQUIRE_FALSE(received);
    CHECK(received.error().message == "the first order is not the run's token");
  }
  auto [read, write] = pipe_pair();
  write.reset();
  LineBuffer orders;
  CHECK(await_token(orders, read.get()).error().message == "the orders ended before the run's token came");
}
