#include "api/http/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

bool is_token(string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != string_view::npos;
  });
}

std::optional<uint64_t> digits(string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

tl::unexpected<Problem> bad(int status, std::string detail) {
  Problem problem;
  problem.status = status;
  problem.detail = std::move(detail);
  return refuse(std::move(problem));
}

struct RequestLine {
  string_view method, target;
  bool old = false;  // HTTP/1.0
};

tl::expected<RequestLine, Problem> read_request_line(string_view line) {
  if (line.size() > kMaxLineBytes) return bad(414, fmt::format("the request line exceeds {} bytes", kMaxLineBytes));
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return bad(400, "the request line is not of the form \"METHOD TARGET HTTP/1.1\"");
  }
  const string_view target = line.substr(first + 1, last - first - 1);
  const string_view version = line.substr(last + 1);
  if (!version.starts_with("HTTP/")) return bad(400, "the request line names no HTTP version");
  const bool spoken = version.starts_with("HTTP/1.") && version.size() == 8 && version[7] >= '0' && version[7] <= '9';
  if (!spoken) return bad(400, "this server speaks HTTP/1.1 and HTTP/1.0");
  const bool clean = !target.empty() &&
                     std::all_of(target.begin(), target.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
  if (!clean) {
    return bad(400, "the request's target is no valid path; characters beyond the usual must be percent-encoded");
  }
  return RequestLine{line.substr(0, first), target, version.ends_with('0')};
}

// Removes scheme and host from a target like "http://host:80/path", which every server must accept (RFC 9112, 3.2.2), and
// returns the host. None for other targets.
std::optional<string_view> take_authority(string_view& target) {
  const string_view whole = target;
  for (const string_view scheme : {"http://", "https://"}) {
    if (lower(whole.substr(0, scheme.size())) != scheme) continue;
    target.remove_prefix(scheme.size());
    const string_view authority = target.substr(0, target.find_first_of("/?#"));
    target.remove_prefix(authority.size());
    return authority;
  }
  return std::nullopt;
}

// In a query '?' is an ordinary character (RFC 3986, 3.4). The library does not accept it there, so it is encoded.
std::string with_one_question_mark(string_view target) {
  std::string text;
  for (const char c : target) {
    if (c == '?' && text.find('?') != std::string::npos) {
      text += "%3F";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

tl::expected<RequestHead, Problem> read_request_head(string_view raw, uint64_t max_body) {
  std::vector<string_view> lines;
  for (string_view rest = raw; !rest.empty();) {
    const size_t end = rest.find("\r\n");
    if (end == string_view::npos) return bad(400, "the request's head does not end with an empty line");
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 2);
  }
  if (lines.empty() || !lines.back().empty()) return bad(400, "the request's head does not end with an empty line");
  lines.pop_back();
  if (lines.empty()) return bad(400, "the request is empty");
  if (raw.find('\0') != string_view::npos) return bad(400, "the request's head contains a NUL byte");
  for (const string_view line : lines) {
    if (line.find_first_of("\r\n") != string_view::npos) return bad(400, "a line of the head does not end with CR LF");
  }
  const auto request_line = read_request_line(lines.front());
  if (!request_line) return refuse(request_line.error());

  RequestHead head;
  head.method = request_line->method;
  head.old = request_line->old;
  string_view target = request_line->target;
  const auto authority = take_authority(target);
  head.target = target.starts_with('/') || !authority ? "" : "/";
  head.target += with_one_question_mark(target);
  for (size_t i = 1; i < lines.size(); ++i) {
    const string_view line = lines[i];
    if (line.size() > kMaxLineBytes) {
      return bad(431, fmt::format("a header line exceeds {} bytes", kMaxLineBytes));
    }
    const size_t colon = line.find(':');
    if (colon == string_view::npos || !is_token(line.substr(0, colon))) {
      return bad(400, "a header line is not of the form \"Name: value\"");
    }
    std::string name = lower(line.substr(0, colon));
    head.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  }

  size_t hosts = 0, lengths = 0;
  for (const auto& [name, value] : head.headers) {
    if (name == "transfer-encoding") {
      return bad(411, "Transfer-Encoding is not accepted: send the body with a Content-Length");
    }
    if (name == "content-encoding" && lower(value) != "identity") {
      return bad(415, "Content-Encoding is not accepted: send the body as it is");
    }
    // Must be ignored in HTTP/1.0 (RFC 9110, 10.1.1).
    if (name == "expect" && !head.old) {
      if (lower(value) != "100-continue") return bad(417, "of what a request may expect, this server knows 100-continue");
      head.asks_first = true;
    }
    if (name == "host") ++hosts;
    if (name == "content-length") {
      ++lengths;
      const auto length = digits(value);
      if (!length) return bad(400, "the Content-Length is no number");
      head.content_length = *length;
    }
  }
  if (hosts > 1 || (hosts == 0 && !head.old)) return bad(400, "a request must have exactly one Host header");
  if (authority) {
    std::erase_if(head.headers, [](const auto& header) { return header.first == "host"; });
    head.headers.emplace_back("host", *authority);
  }
  if (lengths > 1) return bad(400, "a request must not have two Content-Length headers");
  const bool import = head.method == "POST" && head.target == "/experiments/import";
  const uint64_t most = import ? std::max(max_body, kMaxImportBytes) : max_body;
  if (head.content_length > most) {
    return bad(413, fmt::format("the body has {} bytes; allowed: at most {}", head.content_length, most));
  }
  return head;
}

uint64_t announced_body(string_view raw) {
  constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();
  const std::string text = lower(raw);
  if (text.find("\r\ntransfer-encoding:") != std::string::npos) return kUnknown;
  constexpr string_view kLength = "\r\ncontent-length:";
  const size_t at = text.find(kLength);
  if (at == std::string::npos) return 0;
  const size_t begin = at + kLength.size();
  const string_view value = string_view(text).substr(begin, text.find("\r\n", begin) - begin);
  return digits(trimmed(value)).value_or(kUnknown);
}

}  // namespace copybench
