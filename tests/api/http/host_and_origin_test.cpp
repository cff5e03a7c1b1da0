#include "api/http/host_and_origin.h"

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
  const auto problem = origin_problem(request, "127.0.0.1");
  if (problem) CHECK(problem->status == 403);
  return !problem;
}

bool type_passes(const std::string& type) {
  const auto problem = content_type_problem(with("POST", "content-type", type), {"application/json"});
  if (problem) CHECK(problem->status == 415);
  return !problem;
}

}  // namespace

TEST_CASE("loopback names and addresses pass whatever the port") {
  for (const char* host : {"localhost", "localhost:1", "127.0.0.1:8090", "127.3.2.1", "[::1]", "[::1]:65535"}) {
    CAPTURE(host);
    CHECK(host_passes(host));
  }
}

TEST_CASE("foreign hosts are rejected in every spelling") {
  for (const char* host : {"evil.example", "evil.example:8090", "127.0.0.1.evil.example", "localhost.evil.example",
                           "127.1", "2130706433", "0.0.0.0", "", "localhost@evil.example", "192.168.0.9"}) {
    CAPTURE(host);
    CHECK_FALSE(host_passes(host));
  }
}

TEST_CASE("the listening address passes, and on a wildcard the one that the client reached") {
  CHECK(host_passes("bench.lan:8090", "bench.lan"));
  CHECK(host_passes("192.168.0.9:8090", "192.168.0.9"));
  CHECK(host_passes("192.168.0.9:8090", "0.0.0.0", "192.168.0.9"));
  CHECK(host_passes("[fd00::9]:8090", "::", "fd00::9"));
  CHECK_FALSE(host_passes("192.168.0.8:8090", "0.0.0.0", "192.168.0.9"));
}

TEST_CASE("a request without a host is rejected") { CHECK(host_problem(HttpRequest{}, "127.0.0.1")); }

TEST_CASE("an origin must be the host and port of the request, whatever the method") {
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

TEST_CASE("with two origins each must be ours") {
  HttpRequest request;
  request.headers = {{"host", "localhost:1"}, {"origin", "http://localhost:1"}, {"origin", "http://evil.example"}};
  CHECK(origin_problem(request, "127.0.0.1"));
}

TEST_CASE("without an origin the client is not a page") {
  HttpRequest request;
  request.method = "POST";
  CHECK_FALSE(origin_problem(request, "127.0.0.1"));
}

// A request behind a proxy. forwarded: the result of read_forwarded().
struct Proxied {
  AccessRules rules;
  Forwarded forwarded;
  std::string host = "127.0.0.1:8090";
  std::vector<std::string> origins;

  int status() const {
    HttpRequest request;
    request.method = "POST";
    request.headers = {{"host", host}};
    for (const std::string& origin : origins) request.headers.emplace_back("origin", origin);
    if (const auto problem = host_problem(request, "127.0.0.1", rules, forwarded)) return problem->status;
    if (const auto problem = origin_problem(request, "127.0.0.1", rules, forwarded)) return problem->status;
    return 200;
  }
};

AccessRules with_origins(const std::vector<std::string>& texts) {
  AccessRules rules;
  for (const std::string& text : texts) rules.public_origins.push_back(parse_origin(text).value());
  return rules;
}

TEST_CASE("a public origin is accepted with its own host, with the proxy's, and without a port") {
  Proxied request{with_origins({"https://bench.lan", "https://other.lan:8443"}), {}, "bench.lan", {"https://bench.lan"}};
  CHECK(request.status() == 200);
  for (const char* host : {"bench.lan:443", "127.0.0.1:8090", "localhost", "other.lan", "other.lan:8443"}) {
    request.host = host;
    CHECK(request.status() == 200);
  }
  request.origins = {"https://other.lan:8443"};
  CHECK(request.status() == 200);
  request.origins = {};
  CHECK(request.status() == 200);
}

TEST_CASE("with a public origin other hosts and origins are still rejected") {
  Proxied request{with_origins({"https://bench.lan"}), {}, "bench.lan", {}};
  for (const char* origin : {"http://bench.lan", "https://bench.lan:8443", "https://evil.example", "https://bench.lan.evil.example",
                             "https://x.bench.lan", "null", "https://bench.lan/", "https://bench.lan@evil.example", ""}) {
    CAPTURE(origin);
    request.origins = {origin};
    CHECK(request.status() == 403);
    request.origins = {"https://bench.lan", origin};
    CHECK(request.status() == 403);
  }
  request.origins = {"https://bench.lan"};
  for (const char* host : {"evil.example", "x.bench.lan", "bench.lan.evil.example", ""}) {
    CAPTURE(host);
    request.host = host;
    CHECK(request.status() == 421);
  }
}

TEST_CASE("a forwarded host must be ours like the Host, and is the origin of our own pages") {
  Proxied request;
  request.rules.allowed_hosts = {"bench.lan"};
  request.forwarded = {"10.0.0.7", "bench.lan", "https"};
  request.origins = {"https://bench.lan"};
  CHECK(request.status() == 200);
  request.origins = {"http://bench.lan"};
  CHECK(request.status() == 403);
  request.origins = {"http://127.0.0.1:8090"};
  CHECK(request.status() == 403);
  // A page that arrived by DNS rebinding can add headers, but cannot change the Host.
  request.origins = {};
  request.host = "evil.example:8090";
  CHECK(request.status() == 421);
  request.host = "127.0.0.1:8090";
  request.forwarded.host = "evil.example";
  CHECK(request.status() == 421);
}

TEST_CASE("only JSON in UTF-8 is accepted") {
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
