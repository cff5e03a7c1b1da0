#include "api/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

// Those that the library knows.
constexpr std::array<string_view, 10> kMethods{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                               "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"};

// Range: the library runs a recursive regular expression over it, and answers any JSON in parts.
// Accept-Encoding: it would pack answers with brotli at its slowest, on CPUs that are being measured.
// Expect: it was answered while the body was awaited.
constexpr std::array<string_view, 4> kDropped{"range", "if-range", "accept-encoding", "expect"};

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

std::optional<Problem> request_line_problem(string_view line) {
  const auto problem = [](int status, std::string detail) { return Problem{status, std::move(detail), {}, {}, {}}; };
  if (line.size() > kMaxLineBytes) return problem(414, fmt::format("the request line exceeds {} bytes", kMaxLineBytes));
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return problem(400, "the request line is not of the form \"METHOD TARGET HTTP/1.1\"");
  }
  const string_view target = line.substr(first + 1, last - first - 1);
  const string_view version = line.substr(last + 1);
  if (!version.starts_with("HTTP/")) return problem(400, "the request line names no HTTP version");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return problem(400, "this server speaks HTTP/1.1 and HTTP/1.0");
  }
  const bool clean = !target.empty() &&
                     std::all_of(target.begin(), target.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
  if (!clean || std::count(target.begin(), target.end(), '?') > 1) {
    return problem(400, "the request's target is no valid path; characters beyond the usual must be percent-encoded");
  }
  return std::nullopt;
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
  if (auto problem = request_line_problem(lines.front())) return refuse(std::move(*problem));

  RequestHead head;
  const string_view request_line = lines.front();
  head.method = request_line.substr(0, request_line.find(' '));
  const bool known = std::find(kMethods.begin(), kMethods.end(), head.method) != kMethods.end();
  head.bytes = known ? head.method : "OPTIONS";
  head.bytes.append(request_line.substr(head.method.size())).append("\r\n");
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
    if (std::find(kDropped.begin(), kDropped.end(), name) == kDropped.end()) {
      head.bytes.append(line).append("\r\n");
    }
    head.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  }
  head.bytes += "\r\n";

  size_t hosts = 0, lengths = 0;
  for (const auto& [name, value] : head.headers) {
    if (name == "transfer-encoding") {
      return bad(411, "Transfer-Encoding is not accepted: send the body with a Content-Length");
    }
    if (name == "content-encoding" && lower(value) != "identity") {
      return bad(415, "Content-Encoding is not accepted: send the body as it is");
    }
    // Of HTTP/1.0 it is to be ignored (RFC 9110, 10.1.1).
    if (name == "expect" && request_line.ends_with("1.1")) {
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
  if (hosts != 1) return bad(400, "a request must have exactly one Host header");
  if (lengths > 1) return bad(400, "a request must not have two Content-Length headers");
  const bool import = request_line.starts_with("POST /experiments/import ");
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
