#include "api/http/server.h"

#include <vector>

#include "api/http/echo.h"
#include "api/http/request_head.h"

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("requests arrive as they were sent") {
  Serving serving;
  CHECK(serving.client->get("/a%20b?n=1&m=%26").body == "m=&;n=1;GET /a b ");
  CHECK(serving.client->get("/", "X-Asked: a%41b\r\n").body == "GET /  a%41b");
  CHECK(serving.client->raw(post_head(4) + "body").body == "POST /x body");
  const std::string large(kMaxBodyBytes, 'b');
  CHECK(serving.client->raw(post_head(large.size()) + large).body.size() == large.size() + 8);
}

TEST_CASE("a body that arrives in pieces is joined") {
  Serving serving;
  const UniqueFd socket = serving.client->connect();
  for (const std::string piece :
       {"POST /x HT", "TP/1.1\r\nHost: localhost\r\nContent-Len", "gth: 6\r\n\r", "\nab", "cd", "ef"}) {
    HttpClient::send(socket.get(), piece);
  }
  CHECK(parse_answer(HttpClient::receive_all(socket.get())).body == "POST /x abcdef");
}

TEST_CASE("bodies in pieces and live ones are chunked, and end correctly") {
  Serving serving;
  for (const std::string path : {"/pieces", "/live"}) {
    CAPTURE(path);
    const Answer answer = serving.client->get(path);
    CHECK(answer.header("transfer-encoding") == "chunked");
    CHECK(answer.body == "onetwo");
    CHECK(answer.whole);
    const std::string old = [&] {
      const UniqueFd socket = serving.client->connect();
      HttpClient::send(socket.get(), "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
      return HttpClient::receive_all(socket.get());
    }();
    CHECK(old.ends_with("\r\n\r\nonetwo"));
  }
  const Answer head = serving.client->request("HEAD", "/pieces");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
}

TEST_CASE("a response without a body announces no length, and each has a date") {
  Serving serving;
  const Answer answer = serving.client->get("/unchanged");
  CHECK(answer.status == 304);
  CHECK(answer.headers.count("content-length") == 0);
  CHECK(answer.headers.count("content-type") == 0);
  CHECK(answer.header("date").ends_with(" GMT"));
}

TEST_CASE("RFC 9112's leniencies are accepted: a leading empty line, a whole URI, later versions, no Host before 1.1") {
  Serving serving;
  CHECK(serving.client->raw("\r\nGET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").body == "GET /a ");
  CHECK(serving.client->raw("GET http://localhost:80/a?b=c HTTP/1.1\r\nHost: other\r\n\r\n").body == "b=c;GET /a ");
  CHECK(serving.client->raw("GET HTTP://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n").body == "GET / ");
  CHECK(serving.client->raw("GET /a HTTP/1.2\r\nHost: localhost\r\n\r\n").body == "GET /a ");
  CHECK(serving.client->raw("GET /a HTTP/1.0\r\n\r\n").body == "GET /a ");
  CHECK(serving.client->get("/a?tag=why?").body == "tag=why?;GET /a ");
  CHECK(serving.client->get("/a?").body == "GET /a ");
  const UniqueFd socket = serving.client->connect();
  HttpClient::send(socket.get(), "\r");
  HttpClient::send(socket.get(), "\nGET /torn HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(parse_answer(HttpClient::receive_all(socket.get())).body == "GET /torn ");
}

TEST_CASE("an exception is a 500 without details, and in a stream a cut-off response") {
  Serving serving;
  for (const char* path : {"/throw", "/throw-int"}) {
    const Answer answer = serving.client->get(path);
    problem(answer, 500);
    CHECK(answer.body.find("secret") == std::string::npos);
    for (const auto& [name, value] : answer.headers) CHECK(value.find("secret") == std::string::npos);
  }
  for (const char* path : {"/throw-in-stream", "/throw-in-live"}) {
    const Answer cut = serving.client->get(path);
    CHECK(cut.body == "begun");
    CHECK_FALSE(cut.whole);
    // HTTP/1.0 has no chunks: a normal close would make the cut answer look complete.
    const UniqueFd old = serving.client->connect();
    HttpClient::send(old.get(), std::string("GET ") + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    char buffer[4096];
    ssize_t n = 0;
    while ((n = ::recv(old.get(), buffer, sizeof buffer, 0)) > 0) {
    }
    CHECK(n == -1);
    CHECK(errno == ECONNRESET);
  }
  CHECK(serving.client->get("/").status == 200);
}

TEST_CASE("one request a connection") {
  Serving serving;
  const UniqueFd socket = serving.client->connect();
  const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  HttpClient::send(socket.get(), request + request);
  const std::string text = HttpClient::receive_all(socket.get());
  CHECK(text.find("HTTP/1.1", 1) == std::string::npos);
  CHECK(serving.echo.arrivals == 1);
}

TEST_CASE("malformed heads get an error and are not passed on") {
  Serving serving;
  problem(serving.client->raw("nonsense\r\n\r\n"), 400);
  problem(serving.client->raw("GET / HTTP/1.1\n\n"), 400);
  problem(serving.client->raw(std::string(1000, '\0') + "\r\n\r\n"), 400);
  problem(serving.client->raw("GET / HTTP/9.9\r\nHost: a\r\n\r\n"), 400);
  problem(serving.client->raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'a') + "\r\n\r\n"), 431);
  problem(serving.client->raw("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 414);
  problem(serving.client->raw("GET / HTTP/1.1\r\nHost: localhost\r\n" + std::string(10'000'000, 'a')), 431);
  CHECK(problem(serving.client->raw(post_head(5, "Transfer-Encoding: chunked\r\n")), 411)["instance"] == "/x");
  CHECK(problem(serving.client->raw(post_head(5, "Content-Encoding: br\r\n") + "12345"), 415)["instance"] == "/x");
  CHECK(problem(serving.client->raw("GET /y?" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                414)["instance"] == "/y");
  problem(serving.client->raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"), 400);
  CHECK(serving.client->get("/").status == 200);
}

TEST_CASE("a client can read the error for a body that is too large, however eagerly it sends") {
  Serving serving;
  const std::string body(20'000'000, 'b');
  problem(serving.client->raw(post_head(body.size()) + body), 413);
  CHECK(problem(serving.client->raw(post_head(99'999'999'999)), 413)["instance"] == "/x");
}

TEST_CASE("a client that expects 100-continue gets it before it sends") {
  Serving serving;
  problem(serving.client->raw(post_head(20'000'000, "Expect: 100-continue\r\n")), 413);
  const UniqueFd socket = serving.client->connect();
  HttpClient::send(socket.get(), post_head(4, "Expect: 100-continue\r\n"));
  CHECK(HttpClient::receive_until(socket.get(), "\r\n\r\n").starts_with("HTTP/1.1 100"));
  HttpClient::send(socket.get(), "body");
  CHECK(parse_answer(HttpClient::receive_all(socket.get())).body == "POST /x body");
}
