// Runs -> one line per configuration and one per engine. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/model/figures.h"
#include "core/model/records.h"
#include "core/model/spec.h"

namespace copybench {

// Of the values that exist; n says how many did.
struct Spread {
  int64_t n = 0;
  double median = 0;
  double mean = 0;
  double min = 0;
  double max = 0;
  // 95 % interval of the mean by Student's t with n - 1 degrees of freedom; none below two values.
  std::optional<double> ci95_low;
  std::optional<double> ci95_high;
};

// None where there is no value. A median of an even count is the mean of the middle two.
std::optional<Spread> spread_of(std::vector<double> values);

struct ConfigurationSummary {
  Configuration configuration;
  int64_t runs_completed = 0;
  int64_t runs_failed = 0;  // failed and timed_out
  // One entry for each figure column, in their order.
  std::vector<std::optional<Spread>> figures;
};

struct EnginePeak {
  EngineMode engine{};
  std::optional<Configuration> configuration;  // none where no run of the engine completed
  std::optional<Spread> throughput_gbps;       // of that configuration; the peak is the highest median
};

struct ExperimentSummary {
  std::vector<ConfigurationSummary> configurations;  // in the order engine, field_bytes, threads
  std::vector<EnginePeak> engines;
};

// What the summary needs of a run.
struct SummaryInput {
  Configuration configuration;
  RunState state{};
  RunFigures figures;
};

ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs);

}  // namespace copybench
