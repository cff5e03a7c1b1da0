#include "api/http/session.h"

#include <fmt/format.h>
#include <httplib.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <utility>

#include "api/http/httplib_forms.h"
#include "api/http/listener.h"
#include "api/http/peer_user.h"
#include "api/http/problem.h"
#include "api/http/query_text.h"
#include "api/http/request_head.h"

namespace copybench {
namespace {

using std::string_view;

// Headers of every answer: the page may load nothing from other origins, and browsers must not guess content types. blob: lets
// the page turn a chart into a PNG.
const NamedValues& common_headers() {
  static const NamedValues headers{
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Accept-Ranges", "none"},
      {"Connection", "close"},
  };
  return headers;
}

// The request line for the library. The request's headers are left out: the library would act on some of them (Range,
// Accept-Encoding, Expect, lengths), and read_request_head() has validated those that matter.
class LineStream : public AnyStream<httplib::Stream> {
 public:
  explicit LineStream(string_view target)
      : text_(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target)), left_(text_) {}

  ssize_t read(char* buffer, size_t size) override {
    const size_t n = left_.copy(buffer, size);
    left_.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }  // drops the library's answer
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}

 private:
  bool peer_there() const override { return true; }

  const std::string text_;
  string_view left_;
};

class LineParser : public AnyServer<httplib::Server> {
 public:
  // False if the library cannot parse the target.
  bool parse(string_view target, HttpRequest& request) {
    bool read = false;
    set_keep_alive_max_count(1);
    set_pre_routing_handler([&](const httplib::Request& parsed, httplib::Response&) {
      request.path = parsed.path;
      read = true;
      return HandlerResponse::Handled;
    });
    LineStream stream(target);
    process_one(stream);
    return read;
  }
};

// The path in a head that may be malformed; empty if it has none.
std::string path_in(string_view head) {
  const string_view line = head.substr(0, head.find_first_of("\r\n"));
  const size_t begin = line.find(' ');
  if (begin == string_view::npos) return "";
  const string_view target = line.substr(begin + 1);
  return std::string(target.substr(0, std::min<size_t>(target.find_first_of(" ?"), kMaxLineBytes)));
}

// "Sun, 06 Nov 1994 08:49:37 GMT". The names are English because the program sets no locale.
std::string http_date() {
  const time_t now = ::time(nullptr);
  tm parts{};
  ::gmtime_r(&now, &parts);
  char text[64];
  return {text, ::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// framing: the header line that marks the body's end; empty without a body, or if the close of the connection ends it.
std::string head_of(const HttpResponse& response, string_view framing) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, status_title(response.status), http_date());
  for (const auto* headers : {&common_headers(), &response.headers}) {
    for (const auto& [name, value] : *headers) text += fmt::format("{}: {}\r\n", name, value);
  }
  if (!response.content_type.empty()) text += fmt::format("Content-Type: {}\r\n", response.content_type);
  return text.append(framing).append("\r\n");
}

// Neither status has a body. A Content-Length would be that of the unconditional answer (RFC 9110, 8.6).
bool has_no_body(int status) { return status == 204 || status == 304; }

std::string length_line(const HttpResponse& response) {
  return has_no_body(response.status) ? "" : fmt::format("Content-Length: {}\r\n", response.body.size());
}

std::string plain_answer_to(const HttpConnection& connection, const HttpResponse& response) {
  const bool with_body = !connection.head().starts_with("HEAD ");
  return head_of(response, length_line(response)) + (with_body ? response.body : "");
}

string_view chunks_line(const HttpRequest& request) { return request.chunks ? "Transfer-Encoding: chunked\r\n" : ""; }

class LiveSink : public ByteSink {
 public:
  LiveSink(HttpConnection& connection, bool chunked) : connection_(connection), chunked_(chunked) {}
  bool write(string_view bytes) override {
    if (bytes.empty()) return true;  // an empty chunk would end the body
    if (!chunked_) return connection_.write_through(bytes);
    return connection_.write_through(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
  }
  bool peer_there() override { return connection_.peer_there(); }

 private:
  HttpConnection& connection_;
  const bool chunked_;
};

}  // namespace

std::string_view httplib_version() { return CPPHTTPLIB_VERSION; }

tl::expected<HttpRequest, Problem> read_request(const HttpConnection& connection, uint64_t max_body) {
  const auto malformed = [](int status, std::string detail) {
    Problem problem;
    problem.status = status;
    problem.detail = std::move(detail);
    return refuse(std::move(problem));
  };
  if (connection.head_too_long()) return malformed(431, fmt::format("the request's head exceeds {} bytes", kMaxHeadBytes));
  auto head = read_request_head(connection.head(), max_body);
  if (!head) return refuse(std::move(head.error()));
  HttpRequest request;
  if (!LineParser().parse(head->target, request)) return malformed(400, "the request could not be read");
  request.method = std::move(head->method);
  request.target = std::move(head->target);
  if (const size_t mark = request.target.find('?'); mark != std::string::npos) {
    request.query_text = request.target.substr(mark + 1);
    request.query = parse_query(request.query_text);
  }
  request.headers = std::move(head->headers);
  request.content_length = head->content_length;
  request.local_address = local_ip(connection.fd());
  request.peer = connection.peer();
  request.chunks = !head->old;
  request.user = user_of_peer(connection.fd());
  return request;
}

HttpResponse answer_to(HttpRequest& request, HttpConnection& connection, RequestHandler& handler) {
  try {
    if (auto answer = handler.answer_head(request)) return std::move(*answer);
    request.body = connection.take_body(request.content_length);
    if (request.body.size() < request.content_length) {
      return handler.answer_malformed(400, "the body ended before its announced length", request.target);
    }
    return handler.answer(request);
  } catch (...) {
    return handler.answer_malformed(500, "this is a defect of copybenchd; its log may say more", request.target);
  }
}

void give_answer(HttpConnection& connection, const HttpRequest& request, HttpResponse response) {
  const bool with_body = request.method != "HEAD";
  connection.write(head_of(response, response.pieces ? std::string(chunks_line(request)) : length_line(response)));
  if (with_body && response.pieces) {
    connection.continue_with(std::move(response.pieces), request.chunks);
    connection.produce();
  } else if (with_body && !has_no_body(response.status)) {
    connection.write(response.body);
  }
  connection.end_response(request.content_length - request.body.size());
}

void give_live(HttpConnection& connection, const HttpRequest& request, HttpResponse response) {
  LiveSink sink(connection, request.chunks);
  bool whole = connection.write_through(head_of(response, chunks_line(request)));
  if (whole) {
    try {
      whole = response.live(sink);
    } catch (...) {  // only out of memory
      whole = false;
    }
  }
  if (!whole) {
    connection.break_off(request.chunks);
  } else if (request.chunks) {
    connection.write_through("0\r\n\r\n");
  }
  connection.end_response(request.content_length);
}

std::string malformed_answer(const HttpConnection& connection, RequestHandler& handler, const Problem& problem) {
  return plain_answer_to(connection, handler.answer_malformed(problem.status, problem.detail, path_in(connection.head())));
}

std::string late_answer(const HttpConnection& connection, RequestHandler& handler) {
  if (connection.head().empty()) return "";
  handler.arrived();
  return plain_answer_to(connection, handler.answer_malformed(408, "the request took too long to arrive", path_in(connection.head())));
}

std::string crowded_answer(const HttpConnection& connection, RequestHandler& handler) {
  handler.arrived();
  HttpResponse answer = handler.answer_malformed(
      429, "too many connections at once: the one goes whose request has been arriving longest", path_in(connection.head()));
  answer.headers.emplace_back("Retry-After", "1");
  return plain_answer_to(connection, answer);
}

std::string busy_answer(const HttpConnection& connection, RequestHandler& handler) {
  HttpResponse answer = handler.answer_malformed(503, "too many requests at once", path_in(connection.head()));
  answer.headers.emplace_back("Retry-After", "1");
  return plain_answer_to(connection, answer);
}

}  // namespace copybench
