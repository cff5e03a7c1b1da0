#include "api/request/validate_decoded.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/host/cpu_set.h"

namespace copybench {
namespace {

using std::string_view;

// The field of an error: "/threads" for "/threads/3".
string_view field_of(string_view pointer) { return pointer.substr(0, pointer.find('/', 1)); }

// Whether no list of the sweep lacks elements. Else the number of its runs is unknown.
bool sweep_is_whole(const DecodedRequest& decoded) {
  return std::none_of(decoded.positions.begin(), decoded.positions.end(), [](const auto& list) {
    return list.first == "/engines" || list.first == "/field_sizes" || list.first == "/threads";
  });
}

std::string absent_cpus(const std::vector<int>& cpus, const std::vector<int>& allowed) {
  std::vector<int> absent;
  std::copy_if(cpus.begin(), cpus.end(), std::back_inserter(absent),
               [&](int cpu) { return !std::binary_search(allowed.begin(), allowed.end(), cpu); });
  return fmt::format("there is no CPU {} for this process; allowed: {}, or \"auto\" or \"none\"",
                     format_cpu_list(absent), format_cpu_list(allowed));
}

bool undecoded(const DecodedRequest& decoded, string_view field) {
  return std::any_of(decoded.errors.begin(), decoded.errors.end(),
                     [&](const FieldError& error) { return field_of(error.pointer) == field; });
}

}  // namespace

std::vector<FieldError> joined_errors(const DecodedRequest& decoded, std::vector<FieldError> judged,
                                      const std::vector<int>& allowed_cpus) {
  std::vector<FieldError> errors = decoded.errors;
  std::set<string_view> told;
  for (FieldError& error : judged) {
    const string_view field = field_of(error.pointer);
    if (const auto text = decoded.texts.find(std::string(field)); text != decoded.texts.end()) {
      const auto& choice = field == "/server_cpus" ? decoded.request.server_cpus : decoded.request.client_cpus;
      if (told.insert(*text).second) errors.push_back({*text, absent_cpus(choice->cpus, allowed_cpus)});
    } else if (const auto list = decoded.positions.find(std::string(field)); list != decoded.positions.end()) {
      // Skip an error about the whole list: it would describe only the elements that are left.
      if (field == error.pointer) continue;
      const size_t index = std::stoul(error.pointer.substr(field.size() + 1));
      errors.push_back({fmt::format("{}/{}", field, list->second[index]), std::move(error.detail)});
    } else if (error.pointer.empty() ? sweep_is_whole(decoded) : !undecoded(decoded, field)) {
      errors.push_back(std::move(error));
    }
  }
  return errors;
}

tl::expected<Plan, std::vector<FieldError>> plan_decoded(const DecodedRequest& decoded, const PlanContext& context) {
  ExperimentRequest request = decoded.request;
  // A misspelt preset must not cause errors about fields that it would have set.
  if (undecoded(decoded, "/preset")) request.preset = preset_names().front();
  // A misspelt search must not be validated as a sweep.
  if (undecoded(decoded, "/find")) request.find = Find::crossover;
  auto plan = make_plan(request, context);
  if (plan && decoded.errors.empty()) return plan;
  std::vector<FieldError> judged;
  if (!plan) judged = std::move(plan.error());
  return tl::unexpected(joined_errors(decoded, std::move(judged), context.allowed_cpus));
}

}  // namespace copybench
