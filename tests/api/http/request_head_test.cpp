#include "api/http/request_head.h"

#include <doctest/doctest.h>

#include <limits>

using namespace copybench;

namespace {

std::string head(const std::string& lines, const std::string& first = "POST /experiments HTTP/1.1") {
  return first + "\r\nHost: localhost\r\n" + lines + "\r\n";
}

int status_of(const std::string& raw) {
  const auto read = read_request_head(raw);
  return read ? 200 : read.error().status;
}

}  // namespace

TEST_CASE("a plain head is passed on as it is") {
  const std::string raw = head("Content-Type: application/json\r\nContent-Length: 17\r\n");
  const auto read = read_request_head(raw);
  REQUIRE(read);
  CHECK(read->method == "POST");
  CHECK(read->target == "/experiments");
  CHECK(read->content_length == 17);
  REQUIRE(read->headers.size() == 3);
  CHECK(read->headers[1] == std::pair<std::string, std::string>("content-type", "application/json"));
}

TEST_CASE("methods of any name are passed on") {
  for (const char* method : {"FOO", "get", "Post", "M-SEARCH"}) {
    CAPTURE(method);
    const auto read = read_request_head(head("", std::string(method) + " /runs/1?a=b HTTP/1.1"));
    REQUIRE(read);
    CHECK(read->method == method);
    CHECK(read->target == "/runs/1?a=b");
  }
  CHECK(read_request_head(head(""))->method == "POST");
}

TEST_CASE("values are kept as sent except for surrounding blanks") {
  const auto read = read_request_head(head("Idempotency-Key: \t a%41 b \r\n"));
  REQUIRE(read);
  CHECK(read->headers.back().second == "a%41 b");
}

TEST_CASE("invalid HTTP is rejected") {
  CHECK(status_of("\r\n") == 400);
  CHECK(status_of("nonsense\r\n\r\n") == 400);
  CHECK(status_of("GET /\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\n\r\n\r\n") == 400);
  CHECK(status_of(head("", "GET / HTTP/2.0")) == 400);
  CHECK(status_of(head("", "GET / FTP/1.1")) == 400);
  CHECK(status_of(head("", "GET /a b HTTP/1.1")) == 400);
  CHECK(status_of(head("", "G(T / HTTP/1.1")) == 400);
  CHECK(status_of(head("no colon\r\n")) == 400);
  CHECK(status_of(head("Name : value\r\n")) == 400);
  CHECK(status_of(head("Folded: a\r\n b\r\n")) == 400);
  CHECK(status_of(head(std::string("Nul: a") + '\0' + "b\r\n")) == 400);
}

TEST_CASE("a request has exactly one host") {
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 200);
  CHECK(status_of(head("Host: other\r\n")) == 400);
}

TEST_CASE("long lines are rejected") {
  CHECK(status_of(head("", "GET /" + std::string(kMaxLineBytes, 'a') + " HTTP/1.1")) == 414);
  CHECK(status_of(head("Long: " + std::string(kMaxLineBytes, 'a') + "\r\n")) == 431);
  CHECK(status_of(head("Long: " + std::string(7000, 'a') + "\r\n")) == 200);
}

TEST_CASE("bodies of unknown or excessive length are rejected") {
  CHECK(status_of(head("Transfer-Encoding: chunked\r\n")) == 411);
  CHECK(status_of(head("transfer-encoding: chunked\r\nContent-Length: 3\r\n")) == 411);
  CHECK(status_of(head("Content-Encoding: br\r\nContent-Length: 3\r\n")) == 415);
  CHECK(status_of(head("Content-Encoding: identity\r\nContent-Length: 3\r\n")) == 200);
  CHECK(status_of(head("Content-Length: 1048576\r\n")) == 200);
  CHECK(status_of(head("Content-Length: 1048577\r\n")) == 413);
  CHECK(status_of(head("Content-Length: 18446744073709551616\r\n")) == 400);
  for (const char* length : {"-1", "+1", "1e3", "0x10", "3, 3", "three", ""}) {
    CAPTURE(length);
    CHECK(status_of(head(std::string("Content-Length: ") + length + "\r\n")) == 400);
  }
  CHECK(status_of(head("Content-Length: 3\r\nContent-Length: 3\r\n")) == 400);
}

TEST_CASE("a rejected head's body length is known, so that the body can be drained") {
  CHECK(announced_body(head("Content-Length: 5000000\r\n")) == 5'000'000);
  CHECK(announced_body(head("")) == 0);
  CHECK(announced_body(head("Transfer-Encoding: chunked\r\n")) == std::numeric_limits<uint64_t>::max());
  CHECK(announced_body(head("Content-Length: many\r\n")) == std::numeric_limits<uint64_t>::max());
}

TEST_CASE("only the expectation 100-continue is known, and HTTP/1.0 has none") {
  CHECK(read_request_head(head("Expect: 100-Continue\r\n"))->asks_first);
  CHECK_FALSE(read_request_head(head(""))->asks_first);
  CHECK(status_of(head("Expect: 200-foo\r\n")) == 417);
  CHECK(status_of(head("Expect: 100-continue, more\r\n")) == 417);
  const auto old = read_request_head(head("Expect: 200-foo\r\n", "POST /experiments HTTP/1.0"));
  REQUIRE(old);
  CHECK_FALSE(old->asks_first);
}

TEST_CASE("an absolute target gives the path and replaces the host") {
  const auto read = read_request_head(head("", "GET http://bench.lan:8090/runs/1?a=b HTTP/1.1"));
  REQUIRE(read);
  CHECK(read->target == "/runs/1?a=b");
  REQUIRE(read->headers.size() == 1);
  CHECK(read->headers[0] == std::pair<std::string, std::string>("host", "bench.lan:8090"));
  CHECK(read_request_head(head("", "GET HTTPS://bench.lan HTTP/1.1"))->target == "/");
  CHECK(read_request_head(head("", "GET http://bench.lan?a=b HTTP/1.1"))->target == "/?a=b");
  CHECK(status_of("GET http://bench.lan/ HTTP/1.1\r\n\r\n") == 400);  // and still lacks a Host
}

TEST_CASE("a query may contain question marks, and any HTTP/1 version is read") {
  CHECK(read_request_head(head("", "GET /experiments?tag=why? HTTP/1.1"))->target == "/experiments?tag=why%3F");
  CHECK_FALSE(read_request_head(head("", "GET / HTTP/1.2"))->old);
  CHECK(read_request_head(head("", "GET / HTTP/1.0"))->old);
  for (const char* version : {"HTTP/0.9", "HTTP/1.10", "HTTP/1.", "HTTP/1.x", "http/1.1", "HTTP/11"}) {
    CAPTURE(version);
    CHECK(status_of(head("", std::string("GET / ") + version)) == 400);
  }
}
