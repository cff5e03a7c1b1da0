#include "api/request/query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/model/figures.h"
#include "core/model/names.h"
#include "core/model/plan.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;
using Errors = std::vector<FieldError>;

bool is_true(string_view value) { return value == "1" || value == "true"; }
bool is_false(string_view value) { return value == "0" || value == "false"; }

constexpr size_t kMaxIds = 50;

const std::string& metrics() {
  static const std::string joined = [] {
    std::vector<string_view> all;
    for (const FigureColumn* figure : compared_figures()) all.push_back(figure->name);
    return fmt::format("{}", fmt::join(all, ", "));
  }();
  return joined;
}

const std::string& engine_names() {
  static const std::string all = fmt::format("{}", fmt::join(names<EngineMode>(), ", "));
  return all;
}

bool is_metric(string_view value) {
  const FigureColumn* figure = find_figure(value);
  return figure != nullptr && figure->better != Better::neither;
}

// Empty if the value is allowed for the parameter; else a description of allowed values. Only tag may have an empty value.
string_view unmet(string_view name, string_view value, bool lists) {
  static const std::string limits = fmt::format("1 to {}", kMaxPage);
  static const std::string fields = fmt::format("1 to {}", Limits::kMaxFieldBytes);
  static const std::string threads = fmt::format("1 to {}", Limits::kMaxThreads);
  const auto within = [](string_view number, int64_t most, const std::string& allowed) {
    return decode_id(number).value_or(INT64_MAX) <= most ? string_view() : string_view(allowed);
  };
  if (name == "limit") return within(value, kMaxPage, limits);
  if (name == "cursor") return decode_id(value) ? "" : "the \"next\" of an earlier page";
  if (name == "base" || name == "head") {
    if (!lists) return decode_id(value) ? "" : "the id of an experiment";
    static const std::string ids = fmt::format("the id of an experiment, or up to {}, separated by commas", kMaxIds);
    const size_t given = decode_ids(value).size();
    return given >= 1 && given <= kMaxIds ? "" : string_view(ids);
  }
  if (name == "base_run") return decode_id(value) ? "" : "the id of a run";
  if (name == "engine") return from_name<EngineMode>(value) ? "" : string_view(engine_names());
  if (name == "field_bytes") return within(value, Limits::kMaxFieldBytes, fields);
  if (name == "threads") return within(value, Limits::kMaxThreads, threads);
  if (name == "metric") return is_metric(value) ? "" : string_view(metrics());
  if (name == "min_effect_pct") return decode_percent(value) ? "" : "a number from 0 to 50";
  if (name == "tag") return value.empty() ? "a tag" : "";
  if (name == "fail_on") return value == "slower" ? "" : "slower";
  if (name == "dry_run" || name == "allow_differences" || name == "imported") return is_true(value) || is_false(value) ? "" : "1, 0";
  return "";
}

}  // namespace

std::optional<Problem> query_problem(const NamedValues& query, const std::vector<string_view>& known,
                                     const std::vector<string_view>& required, bool lists) {
  Errors errors;
  for (size_t i = 0; i < query.size(); ++i) {
    const auto& [name, value] = query[i];
    const std::string pointer = "?" + name.substr(0, 200);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      errors.push_back({pointer, known.empty()
                                     ? fmt::format("{} is unknown; this path takes no parameters", shown(name))
                                     : fmt::format("{} is unknown; allowed: {}", shown(name), fmt::join(known, ", "))});
      continue;
    }
    const string_view same = name;
    if (std::any_of(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const auto& earlier) { return earlier.first == same; })) {
      errors.push_back({pointer, "is given twice; allowed: once"});
    }
    if (const string_view allowed = unmet(name, value, lists); !allowed.empty()) {
      errors.push_back({pointer, fmt::format("{} is given; allowed: {}", shown(value), allowed)});
    }
  }
  for (const string_view name : required) {
    if (std::any_of(query.begin(), query.end(), [&](const auto& given) { return given.first == name; })) continue;
    errors.push_back({fmt::format("?{}", name), fmt::format("is missing; allowed: {}", unmet(name, "", lists))});
  }
  if (errors.empty()) return std::nullopt;
  return invalid_query(std::move(errors));
}

PageQuery decode_page_query(const NamedValues& query) {
  PageQuery page;
  for (const auto& [name, value] : query) {
    if (name == "limit") page.limit = decode_id(value).value_or(page.limit);
    if (name == "cursor") page.after = decode_id(value);
    if (name == "tag") page.tag = value;
  }
  return page;
}

bool decode_flag(const NamedValues& query, string_view name) {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& parameter) { return parameter.first == name && is_true(parameter.second); });
}

const std::string* find_parameter(const NamedValues& query, string_view name) {
  const auto found = std::find_if(query.begin(), query.end(), [&](const auto& given) { return given.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

std::optional<int64_t> decode_id_parameter(const NamedValues& query, string_view name) {
  const std::string* value = find_parameter(query, name);
  return value == nullptr ? std::nullopt : decode_id(*value);
}

std::vector<int64_t> decode_ids(string_view text) {
  std::vector<int64_t> ids;
  while (true) {
    const size_t comma = text.find(',');
    const auto id = decode_id(text.substr(0, comma));
    if (!id) return {};
    ids.push_back(*id);
    if (comma == string_view::npos) return ids;
    text.remove_prefix(comma + 1);
  }
}

std::optional<double> decode_percent(string_view text) {
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(percent >= 0 && percent <= 50)) return std::nullopt;
  return percent;
}

std::optional<int64_t> decode_id(string_view text) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1 || text.front() == '0') return std::nullopt;
  return id;
}

}  // namespace copybench
