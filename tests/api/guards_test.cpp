#include "api/guards.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

HttpRequest with(const std::string& method, const std::string& name, const std::string& value) {
  HttpRequest request;
  request.method = method;
  request.headers = {{name, value}};
  return request;
}

bool host_passes(const std::string& host, const std::string& listen = "127.0.0.1", const std::string& local = "") {
  HttpRequest request = with("GET", "host", host);
  request.local_address = local;
  const auto problem = host_problem(request, listen);
  if (problem) CHECK(problem->status == 421);
  return !problem;
}

bool origin_passes(const std::string& method, const std::string& origin, const std::string& host) {
  HttpRequest request = with(method, "origin", origin);
  request.headers.emplace_back("host", host);
  const auto problem = origin_problem(request);
  if (problem) CHECK(problem->status == 403);
  return !problem;
}

bool type_passes(const std::string& type) {
  const auto problem = content_type_problem(with("POST", "content-type", type), {"application/json"});
  if (problem) CHECK(problem->status == 415);
  return !problem;
}

}  // namespace

TEST_CASE("the host of an authority") {
  CHECK(host_of("localhost:8090") == "localhost");
  CHECK(host_of("LocalHost.") == "localhost");
  CHECK(host_of("[::1]:8090") == "::1");
  CHECK(host_of("[0:0:0:0:0:0:0:1]") == "::1");
  CHECK(host_of("10.0.0.1") == "10.0.0.1");
  for (const char* bad :
       {"", ":80", "a:b", "a:123456", "[::1", "[::1]x", "[localhost]", "::1", "a b", "user@host", "a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(host_of(bad));
  }
}

TEST_CASE("loopback names and addresses pass whatever the port") {
  for (const char* host : {"localhost", "localhost:1", "127.0.0.1:8090", "127.3.2.1", "[::1]", "[::1]:65535"}) {
    CAPTURE(host);
    CHECK(host_passes(host));
  }
}

TEST_CASE("foreign hosts do not, however they are dressed up") {
  for (const char* host : {"evil.example", "evil.example:8090", "127.0.0.1.evil.example", "localhost.evil.example",
                           "127.1", "2130706433", "0.0.0.0", "", "localhost@evil.example", "192.168.0.9"}) {
    CAPTURE(host);
    CHECK_FALSE(host_passes(host));
  }
}

TEST_CASE("the address listened on passes, and on a wildcard the one that the client reached") {
  CHECK(host_passes("bench.lan:8090", "bench.lan"));
  CHECK(host_passes("192.168.0.9:8090", "192.168.0.9"));
  CHECK(host_passes("192.168.0.9:8090", "0.0.0.0", "192.168.0.9"));
  CHECK(host_passes("[fd00::9]:8090", "::", "fd00::9"));
  CHECK_FALSE(host_passes("192.168.0.8:8090", "0.0.0.0", "192.168.0.9"));
}

TEST_CASE("a request without a host does not pass") { CHECK(host_problem(HttpRequest{}, "127.0.0.1")); }

TEST_CASE("an origin is the host and port that the request names, or foreign, whatever the method") {
  for (const char* method : {"GET", "HEAD", "POST", "DELETE", "PUT"}) {
    for (const char* origin :
         {"https://evil.example", "null", "", "http://", "file://", "file:///x", "http://127.0.0.1.evil.example:8090",
          "evil://127.0.0.1:8090", "127.0.0.1:8090", "http://127.0.0.1:9999", "http://127.0.0.1",
          "http://127.0.0.1:", "https://127.0.0.1:8090", "http://localhost:8090", "http://127.0.0.1:8090/"}) {
      CAPTURE(origin);
      CHECK_FALSE(origin_passes(method, origin, "127.0.0.1:8090"));
    }
    CHECK(origin_passes(method, "http://127.0.0.1:8090", "127.0.0.1:8090"));
    CHECK(origin_passes(method, "HTTP://LocalHost:8090", "localhost.:8090"));
    CHECK(origin_passes(method, "http://localhost", "localhost:80"));
    CHECK(origin_passes(method, "http://localhost:80", "localhost"));
    CHECK(origin_passes(method, "http://[::1]", "[::1]"));
    CHECK(origin_passes(method, "http://[::1]:8090", "[0:0:0:0:0:0:0:1]:8090"));
    CHECK_FALSE(origin_passes(method, "http://[::1]:8091", "[::1]:8090"));
  }
}

TEST_CASE("of two origins each must be ours") {
  HttpRequest request;
  request.headers = {{"host", "localhost:1"}, {"origin", "http://localhost:1"}, {"origin", "http://evil.example"}};
  CHECK(origin_problem(request));
}

TEST_CASE("without an origin it is no page") {
  HttpRequest request;
  request.method = "POST";
  CHECK_FALSE(origin_problem(request));
}

TEST_CASE("only JSON in UTF-8 is taken") {
  for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json;"}) {
    CAPTURE(type);
    CHECK(type_passes(type));
  }
  for (const char* type : {"", "json", "text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "application/jsonp", "application/problem+json",
                           "application/json; charset=latin1", "text/plain; application/json"}) {
    CAPTURE(type);
    CHECK_FALSE(type_passes(type));
  }
  CHECK(content_type_problem(HttpRequest{}, {"application/json"}));
}
