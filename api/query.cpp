#include "api/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;
using Errors = std::vector<FieldError>;

Problem bad_query(Errors errors) {
  Problem problem;
  problem.status = 400;
  problem.detail = "query parameters cannot be accepted: see errors";
  problem.errors = std::move(errors);
  problem.kind = "invalid-query";
  return problem;
}

}  // namespace

std::optional<Problem> query_problem(const NamedValues& query, const std::vector<string_view>& known) {
  Errors errors;
  for (size_t i = 0; i < query.size(); ++i) {
    const std::string& name = query[i].first;
    const std::string pointer = "?" + name.substr(0, 200);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      errors.push_back({pointer, known.empty()
                                     ? fmt::format("{} is unknown; this path takes no parameters", shown(name))
                                     : fmt::format("{} is unknown; allowed: {}", shown(name), fmt::join(known, ", "))});
    } else if (std::any_of(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(i),
                           [&](const auto& earlier) { return earlier.first == name; })) {
      errors.push_back({pointer, "is given twice; allowed: once"});
    }
  }
  if (errors.empty()) return std::nullopt;
  return bad_query(std::move(errors));
}

tl::expected<PageQuery, Problem> decode_page_query(const NamedValues& query) {
  PageQuery page;
  Errors errors;
  for (const auto& [name, value] : query) {
    const auto number = decode_id(value);
    if (name == "limit") {
      if (number && *number <= kMaxPage) {
        page.limit = *number;
      } else {
        errors.push_back({"?limit", fmt::format("{} is given; allowed: 1 to {}", shown(value), kMaxPage)});
      }
    } else if (name == "cursor") {
      page.after = number;
      if (!number) {
        errors.push_back(
            {"?cursor", fmt::format("{} is given; allowed: the \"next\" of an earlier page", shown(value))});
      }
    }
  }
  if (errors.empty()) return page;
  return refuse(bad_query(std::move(errors)));
}

tl::expected<bool, Problem> decode_flag(const NamedValues& query, string_view name) {
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (value == "1" || value == "true") return true;
    if (value == "0" || value == "false") return false;
    return refuse(bad_query({{fmt::format("?{}", name), fmt::format("{} is given; allowed: 1, 0", shown(value))}}));
  }
  return false;
}

std::optional<int64_t> decode_id(string_view text) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1 || text.front() == '0') return std::nullopt;
  return id;
}

}  // namespace copybench
