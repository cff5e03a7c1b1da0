#include "core/model/plan_adaptive.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/model/figures.h"
#include "core/model/limits.h"
#include "core/model/text.h"
#include "core/stats/statistics.h"

namespace copybench {
namespace {

template <typename T>
void refuse_field(FieldChecks& checks, std::string_view pointer, const std::optional<T>& given, std::string_view why) {
  if (given) checks.error(std::string(pointer), std::string(why));
}

void validate_engines(const ExperimentRequest& request, FieldChecks& checks, ExperimentSpec& spec) {
  spec.engines = request.of.value_or(std::vector<EngineMode>{});
  if (spec.engines.size() != 2) {
    checks.error("/of", fmt::format("{} {} given; required: the two engines to be compared", spec.engines.size(),
                                    spec.engines.size() == 1 ? "is" : "are"));
  } else if (spec.engines[0] == spec.engines[1]) {
    checks.error("/of/1", "occurs twice in the list; give each value once");
  }
}

void validate_threads(const ExperimentRequest& request, FieldChecks& checks, ExperimentSpec& spec) {
  const std::vector<int64_t> threads = request.threads.value_or(std::vector<int64_t>{1});
  if (threads.size() != 1) {
    checks.error("/threads", fmt::format("{} values; a search has one", threads.size()));
    return;
  }
  checks.check_range("/threads/0", threads[0], int64_t{1}, Limits::kMaxThreads, "");
  spec.threads = {static_cast<uint32_t>(threads[0])};
}

std::string validate_metric(const ExperimentRequest& request, FieldChecks& checks) {
  std::string name = request.metric.value_or("throughput_gbps");
  std::vector<std::string_view> allowed;
  for (const FigureColumn& column : figure_columns()) {
    if (column.better != Better::neither) allowed.push_back(column.name);
  }
  if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
    checks.error("/metric", fmt::format("{} cannot be compared; allowed: {}", shown(name), fmt::join(allowed, ", ")));
  }
  return name;
}

void validate_range(const ExperimentRequest& request, FieldChecks& checks, ExperimentSpec& spec) {
  if (!request.field_size_range) {
    checks.error("/field_sizes", fmt::format("{}; a search needs {{\"from\": bytes, \"to\": bytes}}",
                                             request.field_sizes ? "a list of sizes is for a sweep" : "missing"));
    return;
  }
  const size_t errors_before = checks.size();
  const auto end = [&](std::string_view pointer, const std::optional<int64_t>& given) {
    if (given) {
      checks.check_range(pointer, *given, Limits::kMinFieldBytes, Limits::kMaxFieldBytes, " bytes");
    } else {
      checks.error(std::string(pointer), "missing; a search has both ends");
    }
    return given.value_or(0);
  };
  const int64_t from = end("/field_sizes/from", request.field_size_range->from);
  const int64_t to = end("/field_sizes/to", request.field_size_range->to);
  if (checks.size() > errors_before) return;
  if (from >= to) {
    checks.error("/field_sizes/to", fmt::format("{} is not above the lower end, {}", to, from));
    return;
  }
  spec.field_sizes = crossover_grid(static_cast<uint64_t>(from), static_cast<uint64_t>(to));
}

}  // namespace

void validate_until_ci(const UntilCiRequest& given, FieldChecks& checks, ExperimentSpec& spec) {
  const int64_t least = given.min.value_or(5);
  // With fewer runs the interval cannot be reached, and all of them would be wasted.
  const int64_t lowest_max = std::max(least, static_cast<int64_t>(kMedianIntervalNeeds));
  const int64_t most = given.max.value_or(std::max(lowest_max, int64_t{30}));
  if (!given.until_ci_pct) {
    checks.error("/repetitions/until_ci_pct", "missing; required: the width to reach, in percent of the median throughput");
  } else {
    checks.check_range("/repetitions/until_ci_pct", *given.until_ci_pct, Limits::kMinCiPct, Limits::kMaxCiPct, " percent");
  }
  const size_t errors_before = checks.size();
  checks.check_range("/repetitions/min", least, int64_t{1}, Limits::kMaxRepetitions, "");
  if (checks.size() > errors_before) return;
  checks.check_range("/repetitions/max", most, lowest_max, Limits::kMaxRepetitions,
                     fmt::format(": not below the lower limit, and a 95 % interval of a median needs {} runs",
                                 kMedianIntervalNeeds));
  spec.repetitions = static_cast<uint32_t>(least);
  spec.until_ci = UntilCi{given.until_ci_pct.value_or(0), static_cast<uint32_t>(most)};
}

void validate_search(const ExperimentRequest& request, FieldChecks& checks, ExperimentSpec& spec) {
  constexpr std::string_view kRepeats = "a search repeats as its test needs; leave it out";
  refuse_field(checks, "/preset", request.preset, "belongs to a sweep; leave it out of a search");
  refuse_field(checks, "/engines", request.engines, "belongs to a sweep; a search names its two engines in \"of\"");
  refuse_field(checks, "/repetitions", request.repetitions, kRepeats);
  refuse_field(checks, "/repetitions", request.until_ci, kRepeats);
  if (request.profile.value_or(false)) checks.error("/profile", "belongs to a sweep; allowed in a search: false");
  validate_engines(request, checks, spec);
  validate_threads(request, checks, spec);
  spec.crossover = CrossoverSearch{validate_metric(request, checks)};
  validate_range(request, checks, spec);
}

void refuse_search_fields(const ExperimentRequest& request, FieldChecks& checks) {
  constexpr std::string_view kWhy = "belongs to a search; allowed: with \"find\": \"crossover\"";
  refuse_field(checks, "/of", request.of, kWhy);
  refuse_field(checks, "/metric", request.metric, kWhy);
  refuse_field(checks, "/field_sizes", request.field_size_range,
               "a range is for a search; allowed in a sweep: a list of sizes in bytes");
}

}  // namespace copybench
