// An HTTP server whose handler echoes requests, for the tests of the transport.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "api/fixture.h"
#include "api/http/problem.h"
#include "api/http/server.h"

namespace copybench {

// The server's limit for stalled clients, and a bound far below it: a request that took longer waited for a stalled client.
constexpr std::chrono::milliseconds kStalled = std::chrono::seconds{60};
constexpr std::chrono::milliseconds kUnhindered = std::chrono::seconds{30};

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

inline std::string post_head(size_t length, std::string_view more = "") {
  return fmt::format("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n", length, more);
}

}  // namespace copybench
