#include "api/query.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("ids are decimal numbers from 1") {
  CHECK(decode_id("1") == 1);
  CHECK(decode_id("9223372036854775807") == INT64_MAX);
  for (const char* text : {"", "0", "-1", "+1", "01", "1.0", "1e3", "x", " 1", "1 ", "9223372036854775808", "0x1"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_id(text));
  }
}

TEST_CASE("a page has a limit and a cursor") {
  CHECK(decode_page_query({})->limit == 50);
  CHECK_FALSE(decode_page_query({})->after);
  const auto page = decode_page_query({{"limit", "500"}, {"cursor", "17"}});
  REQUIRE(page);
  CHECK(page->limit == 500);
  CHECK(page->after == 17);
  for (const char* limit : {"0", "501", "-1", "x", "", "1e2"}) {
    CAPTURE(limit);
    const auto refused = decode_page_query({{"limit", limit}, {"cursor", "x"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 400);
    REQUIRE(refused.error().errors.size() == 2);
    CHECK(refused.error().errors[0].pointer == "?limit");
    CHECK(refused.error().errors[1].pointer == "?cursor");
  }
}

TEST_CASE("a flag is 1 or 0") {
  CHECK(*decode_flag({}, "dry_run") == false);
  CHECK(*decode_flag({{"dry_run", "1"}}, "dry_run") == true);
  CHECK(*decode_flag({{"dry_run", "false"}}, "dry_run") == false);
  CHECK_FALSE(decode_flag({{"dry_run", "perhaps"}}, "dry_run"));
  CHECK_FALSE(decode_flag({{"dry_run", ""}}, "dry_run"));
}

TEST_CASE("unknown and repeated parameters are named") {
  CHECK_FALSE(query_problem({{"limit", "1"}}, {"limit", "cursor"}));
  const auto problem = query_problem({{"colour", "red"}, {"limit", "1"}, {"limit", "2"}}, {"limit"});
  REQUIRE(problem);
  CHECK(problem->status == 400);
  REQUIRE(problem->errors.size() == 2);
  CHECK(problem->errors[0].pointer == "?colour");
  CHECK(problem->errors[0].detail.find("allowed: limit") != std::string::npos);
  CHECK(problem->errors[1].pointer == "?limit");
}
