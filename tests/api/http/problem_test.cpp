#include "api/http/problem.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a problem has all members of RFC 9457 and the list of errors") {
  Problem problem;
  problem.status = 405;
  problem.detail = "no";
  problem.errors = {{"/a", "b"}};
  problem.headers = {{"Allow", "GET"}};
  const HttpResponse response = to_response(problem, "/x");
  CHECK(response.status == 405);
  CHECK(response.content_type == "application/problem+json");
  CHECK(response.headers.back() == std::pair<std::string, std::string>("Allow", "GET"));
  CHECK(response.body ==
        "{\"type\":\"urn:copybench:problem:method-not-allowed\",\"title\":\"Method Not Allowed\",\"status\":405,"
        "\"detail\":\"no\",\"instance\":\"/x\",\"errors\":[{\"pointer\":\"/a\",\"detail\":\"b\"}]}\n");
}

TEST_CASE("the instance is a URI reference, whatever the request's target") {
  Problem problem;
  problem.status = 404;
  const auto instance = [&](std::string_view target) {
    return Json::parse(to_response(problem, target).body)["instance"].get<std::string>();
  };
  CHECK(instance("/experiments/a%20b?token=secret") == "/experiments/a%20b");
  CHECK(instance("/\xff") == "/%FF");
  CHECK(instance("/a\"<b>|^`{}\\") == "/a%22%3Cb%3E%7C%5E%60%7B%7D%5C");
  CHECK(instance("/%zz%4") == "/%25zz%254");
  CHECK(instance("/a#b") == "/a%23b");
  CHECK(instance("//evil.example/x") == "/.//evil.example/x");  // cannot be read as the host of another site
  CHECK(instance("") == "");
  CHECK(instance("/" + std::string(9000, 'a')).size() <= 2002);
}

TEST_CASE("the list of errors is bounded") {
  Problem problem;
  problem.status = 400;
  for (int i = 0; i < 1000; ++i) problem.errors.push_back({"/a", "b"});
  const Json json = Json::parse(to_response(problem, "/").body);
  REQUIRE(json["errors"].size() == 101);
  CHECK(json["errors"].back()["detail"] == "900 more errors are not listed");
}

TEST_CASE("each of the store's errors has its status") {
  using Kind = StoreError::Kind;
  const auto status = [](Kind kind) { return problem_of({kind, "why"}).status; };
  CHECK(status(Kind::not_found) == 404);
  CHECK(status(Kind::conflict) == 409);
  for (const Kind kind : {Kind::full, Kind::io, Kind::corrupt, Kind::newer, Kind::locked}) {
    const Problem problem = problem_of({kind, "why"});
    CHECK(problem.status == (kind == Kind::full || kind == Kind::io ? 507 : 503));
    CHECK(problem.detail == "why");
    REQUIRE(problem.headers.size() == 1);
    CHECK(problem.headers[0].first == "Retry-After");
  }
}
