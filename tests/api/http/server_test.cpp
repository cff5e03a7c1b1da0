#include "api/http/server.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "api/fixture.h"
#include "api/http/problem.h"
#include "api/http/request_head.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// The server's limit for stalled clients, and a bound far below it: a request that took longer waited for a stalled client.
constexpr std::chrono::milliseconds kStalled = 60s;
constexpr std::chrono::milliseconds kUnhindered = 30s;

// Larger than the sockets' buffers.
constexpr size_t kLargeAnswer = 5 << 20;

// Echoes the request; some paths misbehave.
class Echo : public RequestHandler {
 public:
  void arrived() override { ++arrivals; }
  Lane lane_of(const HttpRequest& request) const override {
    return {request.path.starts_with("/wait") ? Work::heavy : Work::light, request.path};
  }
  bool refuses(const HttpRequest&) const override { return false; }
  std::optional<HttpResponse> answer_head(const HttpRequest& request) override {
    if (request.method == "POST" && request.content_length > 0) return std::nullopt;
    return answer(request);
  }
  HttpResponse answer(const HttpRequest& request) override {
    if (request.path == "/throw") throw std::runtime_error("a secret");
    if (request.path == "/throw-int") throw 7;
    HttpResponse response;
    response.content_type = "text/plain";
    if (request.path == "/throw-in-stream") {
      response.pieces = [begun = false](std::string& out) mutable -> Piece {
        if (std::exchange(begun, true)) throw std::runtime_error("a secret");
        out = "begun";
        return Piece::more;
      };
    } else if (request.path == "/throw-in-live") {
      response.live = [](ByteSink& sink) -> bool {
        sink.write("begun");
        throw std::runtime_error("a secret");
      };
    } else if (request.path == "/pieces") {
      response.pieces = [made = 0](std::string& out) mutable {
        if (made != 1) out = made == 0 ? "one" : "two";
        return ++made == 3 ? Piece::last : Piece::more;
      };
    } else if (request.path == "/many-pieces" || request.path == "/stuck-pieces") {
      // More pieces than the server makes ahead of the client.
      response.pieces = [this, stuck = request.path == "/stuck-pieces", made = 0](std::string& out) mutable {
        if (stuck && made == 8) wait();
        out = "x";
        return ++made == 20 ? Piece::last : Piece::more;
      };
    } else if (request.path == "/live") {
      response.live = [](ByteSink& sink) { return sink.write("one") && sink.write("") && sink.write("two"); };
    } else if (request.path == "/unchanged") {
      response.status = 304;
      response.content_type.clear();
    } else if (request.path.starts_with("/wait")) {
      wait();
    } else if (request.path == "/large") {
      response.body = std::string(kLargeAnswer, 'x');
    } else if (request.path == "/endless") {
      response.pieces = [this, place = std::shared_ptr<void>(this, [](Echo* echo) {
                           echo->broken_off = true;
                           echo->broken_off.notify_all();
                         })](std::string& out) {
        ++endless_pieces;
        out.assign(100'000, 'x');
        return Piece::more;
      };
    } else {
      for (const auto& [name, value] : request.query) response.body += name + "=" + value + ";";
      response.body += request.method + " " + request.path + " " + request.body;
      const std::string* asked = request.header("x-asked");
      if (asked) response.body += " " + *asked;
    }
    return response;
  }
  HttpResponse answer_malformed(int status, std::string detail, const std::string& path) override {
    Problem problem;
    problem.status = status;
    problem.detail = std::move(detail);
    return to_response(problem, path);
  }

  void wait() {
    ++waiting;
    waiting.notify_all();
    let_go.wait(false);
  }

  std::atomic<int> arrivals{0};
  std::atomic<bool> broken_off{false};
  std::atomic<int> endless_pieces{0};
  std::atomic<int> waiting{0};
  std::atomic<bool> let_go{false};
};

struct Serving {
  explicit Serving(HttpServerOptions options = {}) {
    auto listener = must(Listener::open({"127.0.0.1", 0, ""}));
    client.emplace(listener.address().port);
    server.emplace(options, std::move(listener), echo, silent_logger());
    must(server->start());
    thread = std::jthread([this] { server->serve(); });
  }
  ~Serving() {
    let_go();
    server->stop();
  }
  void let_go() {
    echo.let_go = true;
    echo.let_go.notify_all();
  }

  Echo echo;
  std::optional<HttpClient> client;
  std::optional<HttpServer> server;
  std::jthread thread;
};

std::string post_head(size_t length, std::string_view more = "") {
  return fmt::format("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n", length, more);
}

}  // namespace

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
