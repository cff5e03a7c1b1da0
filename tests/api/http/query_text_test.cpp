#include "api/http/query_text.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a query is split at &, and a parameter at its first =") {
  CHECK(parse_query("") == NamedValues{});
  CHECK(parse_query("tag=a=b&limit=1;cursor=3&&x&=y") ==
        NamedValues{{"", "y"}, {"limit", "1;cursor=3"}, {"tag", "a=b"}, {"x", ""}});
  CHECK(parse_query("b=2&a=%C3%A4+%26&b=1") == NamedValues{{"a", "\xc3\xa4 &"}, {"b", "2"}, {"b", "1"}});
  CHECK(parse_query("a=%zz") == NamedValues{{"a", "%zz"}});
}

TEST_CASE("a query that is not UTF-8, or wrongly percent-encoded, is rejected by the parameter's name") {
  for (const char* good : {"", "tag=a%20b", "tag=%C3%9F&limit=1", "tag", "tag=", "a&&b", "tag=a+b=c"}) {
    CAPTURE(good);
    CHECK_FALSE(query_coding_problem(good));
  }
  for (const char* bad : {"tag=%zz", "tag=%", "tag=%4", "tag=%ff", "tag=\xff", "tag=%C3", "tag=%ed%a0%80", "limit=1&tag=%-1"}) {
    CAPTURE(bad);
    const auto problem = query_coding_problem(bad);
    REQUIRE(problem);
    CHECK(problem->status == 400);
    REQUIRE(problem->errors.size() == 1);
    CHECK(problem->errors[0].pointer == "?tag");
  }
  const auto both = query_coding_problem("%zz=1&a=%ff");
  REQUIRE(both);
  CHECK(both->errors[0].pointer == "?");
  CHECK(both->errors[1].pointer == "?a");
}
