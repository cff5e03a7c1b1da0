#include "api/exchange.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "api/httplib_forms.h"
#include "api/problem.h"
#include "api/request_head.h"

namespace copybench {
namespace {

using std::string_view;

// On every answer: the page may load nothing from elsewhere, and nothing is guessed from the bytes. blob: lets it turn
// a chart that it drew into a PNG.
const NamedValues& common_headers() {
  static const NamedValues headers{
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Accept-Ranges", "none"},
  };
  return headers;
}

// What the library reads and writes: the head as it was judged, then the body up to its announced length and not a byte
// beyond, so that it never waits for one that is not coming.
class ExchangeStream : public AnyStream<httplib::Stream> {
 public:
  ExchangeStream(HttpConnection& connection, const RequestHead& head)
      : connection_(connection), head_(head.bytes), body_left_(head.content_length) {}

  ssize_t read(char* buffer, size_t size) override {
    if (!head_.empty()) {
      const size_t n = head_.copy(buffer, size);
      head_.remove_prefix(n);
      return static_cast<ssize_t>(n);
    }
    if (body_left_ == 0) return 0;
    const size_t n = connection_.read(buffer, static_cast<size_t>(std::min<uint64_t>(size, body_left_)));
    body_left_ -= n;
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char* bytes, size_t size) override {
    return connection_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string& ip, int&) const override { ip = local_ip(connection_.fd()); }

  uint64_t body_left() const { return body_left_; }

 private:
  bool peer_there() const override { return connection_.peer_there(); }

  HttpConnection& connection_;
  string_view head_;
  uint64_t body_left_;
};

class Sink : public ByteSink {
 public:
  explicit Sink(httplib::DataSink& sink) : sink_(sink) {}
  bool write(string_view bytes) override {
    return bytes.empty() || sink_.write(bytes.data(), bytes.size());  // an empty chunk would end the body
  }
  bool peer_there() override { return sink_.is_writable(); }

 private:
  httplib::DataSink& sink_;
};

class Exchange : public AnyServer<httplib::Server> {
 public:
  Exchange(HttpConnection& connection, RequestHandler& handler, const RequestHead& head, uint64_t max_body)
      : connection_(connection), handler_(handler), head_(head), stream_(connection, head) {
    svr_sock_ = connection.fd();  // without a socket it takes itself for stopping and breaks off streamed bodies
    set_payload_max_length(std::max(max_body, kMaxImportBytes));  // the head was judged
    set_keep_alive_max_count(1);
    httplib::Headers headers;
    for (const auto& [name, value] : common_headers()) headers.emplace(name, value);
    set_default_headers(std::move(headers));
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      auto answer = handler_.answer_head(translate(request));
      if (!answer) return HandlerResponse::Unhandled;  // the body is read next
      give(std::move(*answer), request, response);
      return HandlerResponse::Handled;
    });
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response) {
      give(handler_.answer(translate(request)), request, response);
    };
    Post(".*", with_body).Put(".*", with_body).Patch(".*", with_body).Delete(".*", with_body);
    set_error_handler(HandlerWithResponse([this](const httplib::Request& request, httplib::Response& response) {
      if (answered_) return HandlerResponse::Handled;  // handled: only then does it send a Content-Length
      const bool cut = stream_.body_left() > 0;
      const std::string detail = cut ? "the body ended before its announced length" : "the request could not be read";
      give(handler_.answer_malformed(response.status, detail, request.path), request, response);
      return HandlerResponse::Handled;
    }));
    set_exception_handler([this](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
      give(handler_.answer_malformed(500, "this is a defect of copybenchd; its log may say more", request.path),
           request, response);
    });
    set_logger([this](const httplib::Request&, const httplib::Response& response) { status_ = response.status; });
  }

  int run() {
    process_one(stream_);
    return status_;
  }
  uint64_t body_left() const { return stream_.body_left(); }

 private:
  HttpRequest translate(const httplib::Request& request) const {
    HttpRequest result;
    result.method = head_.method;  // of any name: which ones go with a path is for the handler to say
    result.path = request.path;
    result.query.assign(request.params.begin(), request.params.end());
    std::stable_sort(result.query.begin(), result.query.end(),  // the library's order depends on its version
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    if (const size_t mark = request.target.find('?'); mark != std::string::npos) {
      result.query_text = request.target.substr(mark + 1);
    }
    // The library percent-decodes header values; these are as they were sent.
    result.headers = head_.headers;
    result.content_length = head_.content_length;
    result.body = request.body;
    result.local_address = request.local_addr;
    result.peer = connection_.peer();
    return result;
  }

  void give(HttpResponse answer, const httplib::Request& request, httplib::Response& response) {
    answered_ = true;
    response.status = answer.status;
    for (auto& [name, value] : answer.headers) response.set_header(name, value);
    if (!answer.stream) {
      if (!answer.content_type.empty()) response.set_content(std::move(answer.body), answer.content_type);
      return;
    }
    if (answer.live) connection_.keep_at_most(0);
    auto provider = [stream = std::move(answer.stream)](size_t, httplib::DataSink& sink) {
      // An exception from here would end the process.
      try {
        Sink bytes(sink);
        if (!stream(bytes)) return false;
        sink.done();
        return true;
      } catch (...) {
        return false;
      }
    };
    if (request.version == "HTTP/1.0") {
      response.set_content_provider(answer.content_type, std::move(provider));
    } else {
      response.set_chunked_content_provider(answer.content_type, std::move(provider));
    }
  }

  HttpConnection& connection_;
  RequestHandler& handler_;
  const RequestHead& head_;
  ExchangeStream stream_;
  bool answered_ = false;
  int status_ = 0;
};

// The path of a head that may be anything, as far as it has one.
std::string path_in(string_view head) {
  const string_view line = head.substr(0, head.find_first_of("\r\n"));
  const size_t begin = line.find(' ');
  if (begin == string_view::npos) return "";
  const string_view target = line.substr(begin + 1);
  return std::string(target.substr(0, std::min<size_t>(target.find_first_of(" ?"), kMaxLineBytes)));
}

std::string plain_answer_to(const HttpConnection& connection, const HttpResponse& response) {
  return plain_answer(response, !connection.head().starts_with("HEAD "));
}

int write_plainly(HttpConnection& connection, const HttpResponse& response) {
  connection.write(plain_answer_to(connection, response));
  return response.status;
}

}  // namespace

std::string plain_answer(const HttpResponse& response, bool with_body) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, status_title(response.status));
  for (const auto* headers : {&common_headers(), &response.headers}) {
    for (const auto& [name, value] : *headers) text += fmt::format("{}: {}\r\n", name, value);
  }
  text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", response.content_type,
                      response.body.size());
  if (with_body) text += response.body;
  return text;
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

int exchange(HttpConnection& connection, RequestHandler& handler, uint64_t max_body) {
  handler.arrived();
  if (connection.head_too_long()) {
    const int status = write_plainly(
        connection, handler.answer_malformed(431, fmt::format("the request's head exceeds {} bytes", kMaxHeadBytes),
                                             path_in(connection.head())));
    connection.leave(UINT64_MAX);
    return status;
  }
  const auto head = read_request_head(connection.head(), max_body);
  if (!head) {
    const int status = write_plainly(
        connection, handler.answer_malformed(head.error().status, head.error().detail, path_in(connection.head())));
    connection.leave(announced_body(connection.head()));
    return status;
  }
  Exchange one(connection, handler, *head, max_body);
  const int status = one.run();
  connection.leave(one.body_left());
  return status;
}

}  // namespace copybench
