// Decodes ids and query parameters. Problems are 400 with the parameter's name. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/http/problem.h"
#include "api/http/query_text.h"

namespace copybench {

// 400 unless the query has only parameters of `known`, each once with an allowed value, and all of `required`. Reports all
// errors. lists: a parameter that takes an id takes several, separated by commas.
std::optional<Problem> query_problem(const NamedValues& query, const std::vector<std::string_view>& known,
                                     const std::vector<std::string_view>& required = {}, bool lists = false);

// The paging parameters of a query without a problem.
struct PageQuery {
  int64_t limit = 50;  // 1 to kMaxPage
  std::optional<int64_t> after;
  std::optional<std::string> tag;
};
constexpr int64_t kMaxPage = 500;
PageQuery decode_page_query(const NamedValues& query);              // limit, cursor, tag
bool decode_flag(const NamedValues& query, std::string_view name);  // absent: false

const std::string* find_parameter(const NamedValues& query, std::string_view name);  // null: not given
std::optional<int64_t> decode_id_parameter(const NamedValues& query, std::string_view name);  // absent: none

// A decimal id, 1 or above, without leading zeros; none for anything else.
std::optional<int64_t> decode_id(std::string_view text);
std::vector<int64_t> decode_ids(std::string_view text);  // "1,2,3"; empty if one of them is no id
std::optional<double> decode_percent(std::string_view text);  // 0 to 50

}  // namespace copybench
