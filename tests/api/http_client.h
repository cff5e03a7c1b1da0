// A client of raw bytes with one connection for each request, since the server closes after each.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/socket.h"
#include "core/base/unique_fd.h"

namespace copybench {

struct Answer {
  int status = 0;                              // 0: the connection was closed without a response
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without chunk framing
  bool whole = false;                          // as long as its Content-Length

  Json json() const { return Json::parse(body); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

inline std::string unchunked(std::string_view text, bool& whole) {
  std::string body;
  whole = false;
  while (true) {
    const size_t line = text.find("\r\n");
    if (line == std::string_view::npos) return body;
    const size_t size = std::stoul(std::string(text.substr(0, line)), nullptr, 16);
    whole = size == 0;
    if (whole || text.size() < line + 2 + size + 2) return body;
    body += text.substr(line + 2, size);
    text.remove_prefix(line + 2 + size + 2);
  }
}

inline Answer parse_answer(const std::string& text, bool head_only = false) {
  Answer answer;
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.status = std::stoi(text.substr(text.find(' ') + 1));
  for (size_t at = text.find("\r\n") + 2; at < end + 2;) {
    const size_t next = text.find("\r\n", at);
    const size_t colon = text.find(": ", at);
    std::string name = text.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.headers[name] = text.substr(colon + 2, next - colon - 2);
    at = next + 2;
  }
  answer.body = text.substr(end + 4);
  if (answer.header("transfer-encoding") == "chunked") {
    answer.body = unchunked(answer.body, answer.whole);
  } else if (answer.headers.count("content-length") != 0) {
    answer.whole = answer.body.size() == std::stoul(answer.header("content-length"));
  } else {
    answer.whole = true;
  }
  if (head_only) answer.whole = answer.body.empty();
  return answer;
}

class HttpClient {
 public:
  explicit HttpClient(uint16_t port) : port_(port) {}

  UniqueFd connect() const {
    auto socket = connect_tcp("127.0.0.1", port_, {});
    REQUIRE(socket);
    return std::move(*socket);
  }

  static void send(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // rejected before all was sent: the response says so
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  // Returns all bytes until the server closes.
  static std::string receive_all(int socket) {
    std::string text;
    char buffer[65536];
    for (ssize_t n = 1; n > 0;) {
      n = ::recv(socket, buffer, sizeof buffer, 0);
      if (n > 0) text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }
  // Reads until the text contains `awaited` or the server closes.
  static std::string receive_until(int socket, std::string_view awaited) {
    std::string text;
    char buffer[4096];
    while (text.find(awaited) == std::string::npos) {
      const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }

  Answer raw(std::string_view bytes) const {
    const UniqueFd socket = connect();
    send(socket.get(), bytes);
    return parse_answer(receive_all(socket.get()), bytes.starts_with("HEAD "));
  }

  // headers: complete lines with CR LF.
  Answer request(std::string_view method, std::string_view path, std::string_view headers = "") const {
    return raw(fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", method, path, port_, headers));
  }
  Answer get(std::string_view path, std::string_view headers = "") const { return request("GET", path, headers); }
  Answer post(std::string_view path, std::string_view body, std::string_view headers = "") const {
    return send_body("POST", path, "application/json", body, headers);
  }
  Answer send_body(std::string_view method, std::string_view path, std::string_view type, std::string_view body,
                   std::string_view headers = "") const {
    return raw(fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", method, path,
        port_, type, body.size(), headers, body));
  }

 private:
  uint16_t port_;
};

}  // namespace copybench
