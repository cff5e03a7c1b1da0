#include "core/model/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "core/model/events.h"
#include "core/model/field_checks.h"
#include "core/model/order.h"
#include "core/model/plan_adaptive.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

struct Preset {
  std::string_view name;
  std::vector<EngineMode> engines;
  std::vector<int64_t> field_sizes;
  std::vector<int64_t> threads;
  Nanoseconds duration;
  Nanoseconds warmup;
  uint32_t repetitions;
};

const std::vector<Preset>& presets() {
  using enum EngineMode;
  static const std::vector<Preset> all{
      {"quick", {two_copy, one_copy, zero_copy}, {512, 4096}, {1, 2}, 3s, 500ms, 1},
      {"full", {two_copy, one_copy, zero_copy}, {512, 1024, 2048, 4096}, {1, 2, 4, 8}, 6s, 1s, 5},
      // With five pairs no difference is significant, however large. With ten, two among this sweep's 48 are.
      {"thorough", {two_copy, one_copy, zero_copy}, {512, 1024, 2048, 4096}, {1, 2, 4, 8}, 3s, 500ms, 10},
  };
  return all;
}

// "0-3,8", as the kernel writes it.
std::string cpu_ranges(const std::vector<int>& ascending) {
  std::string text;
  for (size_t i = 0; i < ascending.size();) {
    size_t last = i;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == i ? fmt::format("{}", ascending[i]) : fmt::format("{}-{}", ascending[i], ascending[last]);
    i = last + 1;
  }
  return text;
}

// Fills a spec from a request, field by field, and collects the errors.
class Judge : private FieldChecks {
 public:
  Judge(const ExperimentRequest& request, const PlanContext& context) : request_(request), context_(context) {}

  tl::expected<Plan, std::vector<FieldError>> plan() {
    validate_preset();
    validate_annotations();
    if (request_.find) {
      validate_search(request_, *this, spec_);
    } else {
      validate_sweep();
      refuse_search_fields(request_, *this);
    }
    validate_times();
    validate_order();
    validate_connection();
    spec_.server_cpus = validate_cpus("/server_cpus", request_.server_cpus);
    spec_.client_cpus = validate_cpus("/client_cpus", request_.client_cpus);
    validate_events();
    spec_.profile = request_.profile.value_or(false);
    if (size() > 0) return tl::unexpected(take());
    return Plan{spec_, annotations_, runs_in_order(spec_)};
  }

 private:
  void validate_preset() {
    if (!request_.preset) return;
    const auto found = std::find_if(presets().begin(), presets().end(),
                                    [&](const Preset& preset) { return preset.name == *request_.preset; });
    if (found == presets().end()) {
      unknown_preset_ = true;
      error("/preset",
            fmt::format("{} is no preset; allowed: {}", shown(*request_.preset), fmt::join(preset_names(), ", ")));
      return;
    }
    preset_ = &*found;
    spec_.preset = *request_.preset;
  }

  void validate_annotations() {
    spec_.name = request_.name.value_or(preset_ ? std::string(preset_->name) : request_.find ? "crossover" : "sweep");
    const AnnotationChange change{request_.name, request_.notes, request_.tags, request_.pinned};
    for (FieldError& wrong : annotation_errors(change)) error(std::move(wrong.pointer), std::move(wrong.detail));
    annotations_ = changed({}, change);
  }

  // The request's list, else the preset's. Reports an error if there is neither.
  template <typename T>
  std::vector<T> given_list(std::string_view pointer, const std::optional<std::vector<T>>& given,
                            std::vector<T> Preset::*of_preset) {
    if (given) return *given;
    if (preset_) return preset_->*of_preset;
    if (!unknown_preset_) {
      error(std::string(pointer),
            fmt::format("missing; required where no preset is named (presets: {})", fmt::join(preset_names(), ", ")));
    }
    return {};
  }

  void validate_sweep() {
    const size_t errors_before = size();
    spec_.engines = given_list("/engines", request_.engines, &Preset::engines);
    if (request_.engines) {
      check_list("/engines", spec_.engines, Limits::kMaxRuns, [](EngineMode) { return std::nullopt; });
    }
    // A range in its place is rejected elsewhere.
    const auto field_sizes = request_.field_size_range
                                 ? std::vector<int64_t>{}
                                 : given_list("/field_sizes", request_.field_sizes, &Preset::field_sizes);
    if (request_.field_sizes) {
      check_list("/field_sizes", field_sizes, Limits::kMaxRuns, [](int64_t value) {
        return range_problem(value, Limits::kMinFieldBytes, Limits::kMaxFieldBytes, " bytes");
      });
    }
    const auto threads = given_list("/threads", request_.threads, &Preset::threads);
    if (request_.threads) {
      check_list("/threads", threads, Limits::kMaxRuns,
                 [](int64_t value) { return range_problem(value, int64_t{1}, Limits::kMaxThreads, ""); });
    }
    spec_.field_sizes.assign(field_sizes.begin(), field_sizes.end());
    for (const int64_t count : threads) spec_.threads.push_back(static_cast<uint32_t>(count));
    validate_repetitions();
    if (size() == errors_before) validate_number_of_runs();
  }

  void validate_repetitions() {
    if (request_.until_ci) {
      validate_until_ci(*request_.until_ci, *this, spec_);
      return;
    }
    const int64_t repetitions = request_.repetitions.value_or(preset_ ? preset_->repetitions : 1);
    check_range("/repetitions", repetitions, int64_t{1}, Limits::kMaxRepetitions, "");
    spec_.repetitions = static_cast<uint32_t>(repetitions);
  }

  void validate_times() {
    const double duration_s = request_.duration_s.value_or(to_seconds(preset_ ? preset_->duration : 3s));
    const double warmup_s = request_.warmup_s.value_or(to_seconds(preset_ ? preset_->warmup : 500ms));
    const size_t errors_before = size();
    check_range("/duration_s", duration_s, Limits::kMinDurationS, Limits::kMaxDurationS, " seconds");
    check_range("/warmup_s", warmup_s, 0.0, Limits::kMaxWarmupS, " seconds");
    if (size() > errors_before) return;  // a value out of range may not fit into nanoseconds
    spec_.duration = from_seconds(duration_s);
    spec_.warmup = from_seconds(warmup_s);
  }

  void validate_order() {
    spec_.order = request_.order.value_or(Order::shuffled);
    if (request_.seed) check_range("/seed", *request_.seed, int64_t{0}, Limits::kMaxSeed, "");
    constexpr uint64_t kSeedMask = static_cast<uint64_t>(Limits::kMaxSeed);
    spec_.seed = request_.seed ? static_cast<uint64_t>(*request_.seed) : context_.fresh_seed & kSeedMask;
  }

  void validate_connection() {
    spec_.pattern = request_.pattern.value_or(Pattern::stream);
    spec_.receive = request_.receive.value_or(Receive::recv);
    validate_rate();
    spec_.tcp_nodelay = request_.tcp_nodelay.value_or(spec_.pattern == Pattern::request_response);
    if (!request_.socket_buffer_bytes) return;
    check_range("/socket_buffer_bytes", *request_.socket_buffer_bytes, Limits::kMinSocketBufferBytes,
                Limits::kMaxSocketBufferBytes, " bytes; leave it out for the kernel's autotuning");
    spec_.socket_buffer_bytes = static_cast<uint64_t>(*request_.socket_buffer_bytes);
  }

  void validate_rate() {
    if (!request_.messages_per_s) return;
    check_range("/messages_per_s", *request_.messages_per_s, Limits::kMinMessagesPerS, Limits::kMaxMessagesPerS,
                " messages per second; leave it out for as fast as they are answered");
    if (spec_.pattern != Pattern::request_response) {
      error("/messages_per_s", "a rate goes with \"pattern\": \"request_response\" only: in a stream the server sends as fast "
                               "as it can");
    }
    spec_.messages_per_s = request_.messages_per_s;
  }

  CpuChoice validate_cpus(std::string_view pointer, const std::optional<CpuChoice>& given) {
    if (!given) return {};
    if (given->kind != CpuChoice::Kind::listed) return *given;
    const std::vector<int>& allowed = context_.allowed_cpus;
    check_list(pointer, given->cpus, Limits::kMaxRuns, [&](int cpu) -> std::optional<std::string> {
      if (std::binary_search(allowed.begin(), allowed.end(), cpu)) return std::nullopt;
      return fmt::format(
          "CPU {} is not there for this process; allowed: {}, or \"auto\" or \"none\" for the whole field", cpu,
          cpu_ranges(allowed));
    });
    return *given;
  }

  void validate_events() {
    spec_.events = request_.events.value_or(default_events());
    if (request_.events) check_list("/events", spec_.events, Limits::kMaxEvents, event_name_problem);
  }

  void validate_number_of_runs() {
    // Each factor is at most 10,000 here, so the product fits.
    const size_t configurations = spec_.engines.size() * spec_.field_sizes.size() * spec_.threads.size();
    const size_t repetitions = spec_.until_ci ? spec_.until_ci->max : spec_.repetitions;
    const size_t runs = configurations * (repetitions + (request_.profile.value_or(false) ? 1 : 0));
    if (runs <= Limits::kMaxRuns) return;
    error("", fmt::format("the sweep has {} runs ({} engines x {} field sizes x {} threads x {} repetitions); "
                          "allowed: at most {}",
                          runs, spec_.engines.size(), spec_.field_sizes.size(), spec_.threads.size(), repetitions,
                          Limits::kMaxRuns));
  }

  const ExperimentRequest& request_;
  const PlanContext& context_;
  const Preset* preset_ = nullptr;
  bool unknown_preset_ = false;
  ExperimentSpec spec_;
  Annotations annotations_;
};

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names_of_presets = [] {
    std::vector<std::string> all;
    for (const Preset& preset : presets()) all.emplace_back(preset.name);
    return all;
  }();
  return names_of_presets;
}

const std::vector<std::string>& default_events() {
  static const std::vector<std::string> events{
      "cpu-cycles",      "instructions",     "cache-misses", "L1-dcache-load-misses",
      "LLC-load-misses", "context-switches", "task-clock",   "page-faults"};
  return events;
}

tl::expected<Plan, std::vector<FieldError>> make_plan(const ExperimentRequest& request, const PlanContext& context) {
  return Judge(request, context).plan();
}

Nanoseconds estimated_run_duration(const ExperimentSpec& spec) { return spec.warmup + spec.duration + kRunOverhead; }

}  // namespace copybench
