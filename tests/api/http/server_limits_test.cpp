// The server's limits, and clients that stall or flood it.
#include <vector>

#include "api/http/echo.h"
#include "api/http/request_head.h"

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("slow clients are disconnected: half a head, half a body, an unread response") {
  HttpServerOptions options;
  options.client_timeout = 100ms;
  Serving serving(options);
  problem(serving.client->raw("GET / HT"), 408);
  problem(serving.client->raw(post_head(10) + "half"), 408);
  CHECK(serving.client->raw("").status == 0);
  const UniqueFd idle = serving.client->connect();
  HttpClient::send(idle.get(), "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
  serving.echo.broken_off.wait(false);
  CHECK(serving.client->get("/").status == 200);
}

TEST_CASE("a truncated body is rejected") {
  Serving serving;
  const UniqueFd socket = serving.client->connect();
  HttpClient::send(socket.get(), post_head(10) + "half");
  ::shutdown(socket.get(), SHUT_WR);
  problem(parse_answer(HttpClient::receive_all(socket.get())), 400);
}

TEST_CASE("incomplete requests hold no thread: heads, bodies, expected bodies, silence") {
  HttpServerOptions options;
  options.threads = 2;
  options.client_timeout = kStalled;
  Serving serving(options);
  std::vector<UniqueFd> stalled;
  for (int i = 0; i < 50; ++i) {
    for (const std::string& begin : {std::string("GET /healthz HT"), post_head(10) + "half",
                                     post_head(10, "Expect: 100-continue\r\n"), std::string()}) {
      stalled.push_back(serving.client->connect());
      HttpClient::send(stalled.back().get(), begin);
    }
  }
  const auto asked = std::chrono::steady_clock::now();
  CHECK(serving.client->get("/").status == 200);
  CHECK(serving.client->raw(post_head(4) + "body").status == 200);
  CHECK(std::chrono::steady_clock::now() - asked < kUnhindered);
}

TEST_CASE("unread responses and announced bodies that never come hold no thread") {
  HttpServerOptions options;
  options.threads = 1;
  options.client_timeout = kStalled;
  Serving serving(options);
  std::vector<UniqueFd> stalled;
  for (const std::string& request :
       {std::string("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"), post_head(99'999'999'999),
        post_head(5, "Transfer-Encoding: chunked\r\n")}) {
    for (int i = 0; i < 10; ++i) {
      stalled.push_back(serving.client->connect());
      HttpClient::send(stalled.back().get(), request);
    }
  }
  const auto asked = std::chrono::steady_clock::now();
  CHECK(serving.client->get("/").status == 200);
  CHECK(std::chrono::steady_clock::now() - asked < kUnhindered);
  // A client that resumes reading gets everything: with too many answers to keep, the last one.
  CHECK(parse_answer(HttpClient::receive_all(stalled[9].get())).body.size() == kLargeAnswer);
  CHECK_FALSE(parse_answer(HttpClient::receive_all(stalled[0].get())).whole);
  problem(parse_answer(HttpClient::receive_all(stalled[10].get())), 413);
  problem(parse_answer(HttpClient::receive_all(stalled[20].get())), 411);
}

TEST_CASE("a response in pieces is made no faster than its client reads") {
  HttpServerOptions options;
  options.threads = 1;
  Serving serving(options);
  std::vector<UniqueFd> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(serving.client->connect());
    HttpClient::send(stalled.back().get(), "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
    char first = 0;
    REQUIRE(::recv(stalled.back().get(), &first, 1, 0) == 1);
  }
  CHECK(serving.client->get("/").status == 200);
  const int before = serving.echo.endless_pieces;
  std::string some(1'000'000, 0);
  CHECK(::recv(stalled[0].get(), some.data(), some.size(), MSG_WAITALL) == std::ssize(some));
  CHECK(serving.client->get("/").status == 200);
  CHECK(before < 20 * 100);  // the sockets' buffers and one piece more
}

TEST_CASE("heavy requests that take long leave workers to light ones, and wait for each other") {
  HttpServerOptions options;
  options.threads = 8;  // 2 of them for heavy requests
  Serving serving(options);
  std::vector<UniqueFd> heavy;
  const auto ask = [&](const std::string& path) {
    heavy.push_back(serving.client->connect());
    HttpClient::send(heavy.back().get(), "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  };
  const auto wait_for = [&](int waiting) {
    for (int now = serving.echo.waiting; now < waiting; now = serving.echo.waiting) serving.echo.waiting.wait(now);
    for (int i = 0; i < 50; ++i) CHECK(serving.client->get("/").status == 200);
    CHECK(serving.echo.waiting == waiting);
  };
  // One kind gets a single worker, however many requests it has: another kind finds a worker.
  for (int i = 0; i < 10; ++i) ask("/wait");
  wait_for(1);
  for (const char* path : {"/wait-too", "/wait-as-well"}) {
    for (int i = 0; i < 5; ++i) ask(path);
  }
  wait_for(2);
  serving.let_go();
  for (const UniqueFd& socket : heavy) CHECK(parse_answer(HttpClient::receive_all(socket.get())).status == 200);
}

TEST_CASE("responses of one kind in pieces keep no worker from another kind's pieces") {
  HttpServerOptions options;
  options.threads = 8;  // 2 of them for pieces
  Serving serving(options);
  std::vector<UniqueFd> stuck;
  for (int i = 0; i < 4; ++i) {
    stuck.push_back(serving.client->connect());
    HttpClient::send(stuck.back().get(), "GET /stuck-pieces HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (int now = serving.echo.waiting; now < 1; now = serving.echo.waiting) serving.echo.waiting.wait(now);
  for (int i = 0; i < 10; ++i) CHECK(serving.client->get("/many-pieces").body == std::string(20, 'x'));
  CHECK(serving.echo.waiting == 1);
  serving.let_go();
  for (const UniqueFd& socket : stuck) CHECK(parse_answer(HttpClient::receive_all(socket.get())).body == std::string(20, 'x'));
}

TEST_CASE("a response that is being read when the server stops gets another half second") {
  Serving serving;
  const UniqueFd socket = serving.client->connect();
  HttpClient::send(socket.get(), "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  char buffer[1000];
  REQUIRE(::recv(socket.get(), buffer, sizeof buffer, MSG_WAITALL) == sizeof buffer);
  serving.server->stop();
  CHECK(HttpClient::receive_all(socket.get()).size() > kLargeAnswer - sizeof buffer);
}

TEST_CASE("above the connection limit, the oldest without a request is closed") {
  HttpServerOptions options;
  options.max_connections = 8;  // 4 of them for requests that are arriving
  Serving serving(options);
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(serving.client->connect());
    if (i == 1) HttpClient::send(silent.back().get(), "GET / HT");
  }
  for (const int oldest : {0, 1}) {
    const Answer answer = parse_answer(HttpClient::receive_all(silent[oldest].get()));
    problem(answer, 429);
    CHECK(answer.header("retry-after") == "1");
  }
  CHECK(serving.client->get("/").status == 200);
  HttpClient::send(silent.back().get(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(parse_answer(HttpClient::receive_all(silent.back().get())).status == 200);
}

TEST_CASE("floods of requests get 503 with Retry-After") {
  HttpServerOptions options;
  options.threads = 4;  // 1 of them for heavy requests
  options.max_connections = 8;  // 2 of them for queued requests
  Serving serving(options);
  std::vector<UniqueFd> asking;
  for (int i = 0; i < 1 + 2 + 5; ++i) {
    asking.push_back(serving.client->connect());
    HttpClient::send(asking.back().get(), "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  const Answer busy = parse_answer(HttpClient::receive_all(asking.back().get()));
  problem(busy, 503);
  CHECK(busy.header("retry-after") == "1");
  // A request of another kind is accepted: the flood gives up a place.
  CHECK(serving.client->get("/").status == 200);
  serving.let_go();
  CHECK(parse_answer(HttpClient::receive_all(asking.front().get())).status == 200);
}

TEST_CASE("stopping cuts off an endless response") {
  Serving serving;
  const UniqueFd socket = serving.client->connect();
  HttpClient::send(socket.get(), "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
  char buffer[1000];
  REQUIRE(::recv(socket.get(), buffer, sizeof buffer, 0) > 0);
  serving.server->stop();
  serving.thread.join();
  CHECK_FALSE(HttpClient::receive_all(socket.get()).ends_with("0\r\n\r\n"));
}
