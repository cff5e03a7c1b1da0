#include "core/wire/orders.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("an order's word, where the line is an order") {
  CHECK(order_of(R"({"order": "open"})") == order::kOpen);
  for (const char* line : {"", "open", "[]", "null", R"({"order": 1})", R"({"order": null})", R"({"orders": "open"})", "{"}) {
    CHECK(order_of(line).empty());
  }
}

TEST_CASE("a report, where the line is one") {
  const auto report = report_of(R"({"report": "error", "message": "no memory"})");
  REQUIRE(report);
  CHECK((*report)["report"] == report::kError);
  CHECK(error_message(*report) == "no memory");
  for (const char* line : {"", "ready", "[]", "{}", R"({"report": 1})", R"({"report": "ready")", "\xff"}) {
    CHECK_FALSE(report_of(line));
  }
}

TEST_CASE("an error that says nothing readable says nothing") {
  CHECK(error_message(*report_of(R"({"report": "error"})")).empty());
  CHECK(error_message(*report_of(R"({"report": "error", "message": 7})")).empty());
  CHECK(error_message(*report_of(R"({"report": "error", "message": null})")).empty());
}
