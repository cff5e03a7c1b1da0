#include "api/request/query.h"

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
  CHECK(decode_page_query({}).limit == 50);
  CHECK_FALSE(decode_page_query({}).after);
  const auto page = decode_page_query({{"limit", "500"}, {"cursor", "17"}});
  CHECK(page.limit == 500);
  CHECK(page.after == 17);
}

TEST_CASE("a flag is 1 or 0") {
  CHECK_FALSE(decode_flag({}, "dry_run"));
  CHECK(decode_flag({{"dry_run", "1"}}, "dry_run"));
  CHECK(decode_flag({{"dry_run", "true"}}, "dry_run"));
  CHECK_FALSE(decode_flag({{"dry_run", "false"}}, "dry_run"));
}

TEST_CASE("values outside a parameter's set are named, together with all other errors") {
  const auto pointers = [](const NamedValues& query) {
    std::vector<std::string> all;
    if (const auto problem = query_problem(query, {"limit", "cursor", "dry_run"})) {
      for (const auto& error : problem->errors) all.push_back(error.pointer);
    }
    return all;
  };
  using Named = std::vector<std::string>;
  CHECK(pointers({{"limit", "500"}, {"cursor", "9223372036854775807"}, {"dry_run", "0"}}).empty());
  for (const char* limit : {"0", "501", "-1", "x", "", "1e2"}) {
    CAPTURE(limit);
    CHECK(pointers({{"limit", limit}, {"cursor", "y"}, {"foo", "1"}}) == Named{"?limit", "?cursor", "?foo"});
  }
  for (const char* flag : {"perhaps", "", "2"}) CHECK(pointers({{"dry_run", flag}}) == Named{"?dry_run"});
}

TEST_CASE("a number out of range is rejected with the range") {
  const auto said = [](const char* name, const char* value) {
    const auto problem = query_problem({{name, value}}, {name});
    return problem ? problem->errors.at(0).detail : std::string();
  };
  CHECK(said("limit", "501").find("allowed: 1 to 500") != std::string::npos);
  CHECK(said("threads", "257").find("allowed: 1 to 256") != std::string::npos);
  CHECK(said("field_bytes", "4194305").find("allowed: 1 to 4194304") != std::string::npos);
  CHECK(said("threads", "256").empty());
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

TEST_CASE("a missing required parameter is named, and one that is not an id") {
  const std::vector<std::string_view> both{"base", "head"};
  CHECK_FALSE(query_problem({{"base", "1"}, {"head", "2"}}, both, both));
  const auto problem = query_problem({{"base", "x"}}, both, both);
  REQUIRE(problem);
  REQUIRE(problem->errors.size() == 2);
  CHECK(problem->errors[0].pointer == "?base");
  CHECK(problem->errors[1].pointer == "?head");
  CHECK(problem->errors[1].detail == "is missing; allowed: the id of an experiment");
  CHECK(decode_id_parameter({{"base", "1"}, {"head", "2"}}, "head") == 2);
}

TEST_CASE("ids may be a list where that is allowed; shares are percents") {
  CHECK(decode_ids("1,20,3") == std::vector<int64_t>{1, 20, 3});
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1, 2", "1;2", "0"}) CHECK(decode_ids(text).empty());
  CHECK_FALSE(query_problem({{"base", "1,2"}}, {"base"}, {}, /*lists=*/true));
  CHECK(query_problem({{"base", "1,2"}}, {"base"}));
  CHECK(decode_percent("2.5") == 2.5);
  for (const char* text : {"", "-1", "51", "1e1", "nan", "1%"}) CHECK_FALSE(decode_percent(text));
}
