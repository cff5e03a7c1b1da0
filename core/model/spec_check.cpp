#include "core/model/spec_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/model/field_values.h"
#include "core/model/request_fields.h"

namespace copybench {
namespace {

ExperimentRequest request_of(const ExperimentSpec& spec) {
  ExperimentRequest request;
  each_request_field([&]<typename Field>(const Field&) {
    if constexpr (Field::has_spec) {
      auto& given = request.*Field::in_request;
      given = field_cast<std::remove_reference_t<decltype(given)>>(spec.*Field::in_spec);
    }
  });
  request.preset.reset();  // what it filled in is in the spec
  if (spec.crossover) {
    request.find = Find::crossover;
    request.of = std::exchange(request.engines, std::nullopt);
    request.metric = spec.crossover->metric;
    request.field_sizes.reset();
    request.field_size_range = FieldSizeRange{static_cast<int64_t>(spec.field_sizes.front()),
                                              static_cast<int64_t>(spec.field_sizes.back())};
    request.repetitions.reset();
  } else if (spec.until_ci) {
    request.repetitions.reset();
    request.until_ci = UntilCiRequest{spec.until_ci->pct, int64_t{spec.repetitions}, int64_t{spec.until_ci->max}};
  }
  return request;
}

// The spec was measured elsewhere, where the CPUs that it names exist.
std::vector<int> named_cpus(const ExperimentSpec& spec) {
  std::vector<int> cpus = spec.server_cpus.cpus;
  cpus.insert(cpus.end(), spec.client_cpus.cpus.begin(), spec.client_cpus.cpus.end());
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus.empty() ? std::vector<int>{0} : cpus;
}

}  // namespace

std::string expansion_problem(const ExperimentSpec& spec) {
  const auto beyond = [](std::string_view what, auto value, auto most) {
    return fmt::format("{} is {}; allowed: at most {}", what, value, most);
  };
  size_t cells = 1;
  for (const auto& [key, size] : {std::pair{"engines", spec.engines.size()}, std::pair{"field_sizes", spec.field_sizes.size()},
                                  std::pair{"threads", spec.threads.size()}}) {
    if (size == 0 || size > Limits::kMaxRuns) {
      return fmt::format("{} has {} values; allowed: 1 to {}", key, size, Limits::kMaxRuns);
    }
    cells *= size;
    if (cells > Limits::kMaxRuns) return beyond("the number of configurations", cells, Limits::kMaxRuns);
  }
  if (spec.repetitions > Limits::kMaxRuns) return beyond("repetitions", spec.repetitions, Limits::kMaxRuns);
  const uint64_t runs = cells * (spec.until_ci ? 1 : std::max<uint64_t>(spec.repetitions, 1));
  if (runs > Limits::kMaxRuns) return beyond("the number of runs", runs, Limits::kMaxRuns);
  if (spec.until_ci && spec.until_ci->max > Limits::kMaxRuns) return beyond("repetitions/max", spec.until_ci->max, Limits::kMaxRuns);
  if (to_seconds(spec.duration) > Limits::kMaxDurationS) return beyond("duration_s", to_seconds(spec.duration), Limits::kMaxDurationS);
  if (to_seconds(spec.warmup) > Limits::kMaxWarmupS) return beyond("warmup_s", to_seconds(spec.warmup), Limits::kMaxWarmupS);
  const uint64_t largest = *std::ranges::max_element(spec.field_sizes);
  if (largest > uint64_t{Limits::kMaxFieldBytes}) return beyond("a field size", largest, Limits::kMaxFieldBytes);
  if (*std::ranges::min_element(spec.field_sizes) == 0) return "a field size is 0; allowed: from 1";
  const uint32_t most_threads = *std::ranges::max_element(spec.threads);
  if (most_threads > uint32_t{Limits::kMaxThreads}) return beyond("threads", most_threads, Limits::kMaxThreads);
  if (*std::ranges::min_element(spec.threads) == 0) return "threads is 0; allowed: from 1";
  if (spec.crossover && (spec.engines.size() != 2 || spec.engines[0] == spec.engines[1] || spec.threads.size() != 1)) {
    return "a search has two engines and one thread count";
  }
  return "";
}

tl::expected<Plan, std::vector<FieldError>> plan_of_spec(const ExperimentSpec& spec) {
  // Checked before anything is computed from it: a request is bounded by its size, this spec is not.
  if (std::string problem = expansion_problem(spec); !problem.empty()) {
    return tl::unexpected(std::vector<FieldError>{{"", std::move(problem)}});
  }
  auto plan = make_plan(request_of(spec), PlanContext{named_cpus(spec), 0});
  if (!plan) return plan;
  ExperimentSpec without_preset = spec;
  without_preset.preset.reset();
  if (plan->spec == without_preset) return plan;
  return tl::unexpected(std::vector<FieldError>{{"", "is not what a request with these fields asks for"}});
}

}  // namespace copybench
