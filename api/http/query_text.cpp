#include "api/http/query_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;
using Errors = std::vector<FieldError>;

// None if a % is not followed by two hexadecimal digits, or the bytes are not UTF-8.
std::optional<std::string> percent_decoded(string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    unsigned char byte = 0;
    const char* const begin = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
    i += 2;
  }
  if (!decode_utf8(bytes)) return std::nullopt;
  return bytes;
}

// Visits (parameter, name, value) of each parameter, as sent.
template <typename Visit>
void each_parameter(string_view query_text, const Visit& visit) {
  while (!query_text.empty()) {
    const string_view parameter = query_text.substr(0, query_text.find('&'));
    query_text.remove_prefix(std::min(parameter.size() + 1, query_text.size()));
    if (parameter.empty()) continue;
    const string_view name = parameter.substr(0, parameter.find('='));
    visit(parameter, name, parameter.substr(std::min(name.size() + 1, parameter.size())));
  }
}

}  // namespace

Problem invalid_query(Errors errors) {
  return bad_request("invalid-query", "query parameters cannot be accepted: see errors", std::move(errors));
}

NamedValues parse_query(string_view query_text) {
  const auto decoded = [](string_view part) {
    std::string text(part);
    std::replace(text.begin(), text.end(), '+', ' ');
    return percent_decoded(text).value_or(text);
  };
  NamedValues query;
  each_parameter(query_text, [&](string_view, string_view name, string_view value) {
    query.emplace_back(decoded(name), decoded(value));
  });
  std::stable_sort(query.begin(), query.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return query;
}

std::optional<Problem> query_coding_problem(string_view query_text) {
  Errors errors;
  each_parameter(query_text, [&](string_view parameter, string_view name, string_view value) {
    if (percent_decoded(name) && percent_decoded(value)) return;
    errors.push_back({fmt::format("?{}", percent_decoded(name).value_or("").substr(0, 200)),
                      fmt::format("{} is given; allowed: UTF-8, percent-encoded", shown(parameter))});
  });
  if (errors.empty()) return std::nullopt;
  return invalid_query(std::move(errors));
}

}  // namespace copybench
