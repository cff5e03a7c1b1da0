// Summarizes runs: one line per configuration and one per engine. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/repeats.h"
#include "core/model/figures.h"
#include "core/model/records.h"
#include "core/model/spec.h"
#include "core/stats/statistics.h"

namespace copybench {

// One run's value of a figure.
struct Sample {
  RunId run = 0;
  double value = 0;
};

// The distribution of the values that exist; n is their number. See statistics.h for the intervals and the outliers.
struct Spread {
  int64_t n = 0;
  double median = 0;
  std::optional<Interval> ci95_median;
  double mean = 0;
  std::optional<Interval> ci95_mean;
  std::optional<double> cv;
  double min = 0;
  double max = 0;
  std::vector<RunId> outliers;  // marked, and counted in all of the above
};

// None if there is no value.
std::optional<Spread> spread_of(std::vector<Sample> samples);

struct ConfigurationSummary {
  Configuration configuration;
  int64_t runs_completed = 0;
  int64_t runs_failed = 0;  // failed and timed_out
  int64_t runs_flagged = 0;  // of those that completed; they count in the figures
  std::optional<Repeats> repeats;  // if runs are repeated until an interval is narrow enough
  // One entry for each figure column, in their order.
  std::vector<std::optional<Spread>> figures;
};

struct EnginePeak {
  EngineMode engine{};
  std::optional<Configuration> configuration;  // none if no run of the engine completed
  std::optional<Spread> throughput_gbps;       // of that configuration; the peak is the highest median
};

struct ExperimentSummary {
  std::vector<ConfigurationSummary> configurations;  // in the order engine, field_bytes, threads
  std::vector<EnginePeak> engines;
};

// `runs` in the order of their ends.
ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs);

// The same in parts, because 10,000 configurations and their runs take 50 MB together.

// Which runs belong to which configuration.
struct SummaryOrder {
  struct Part {
    Configuration configuration;
    size_t runs = 0;
  };
  std::vector<Part> parts;  // in the order engine, field_bytes, threads
  std::vector<RunId> runs;  // those of the first part, then those of the second, ...; each in the order of their ends
};

// `ended` in the order of their ends.
SummaryOrder summary_order(const ExperimentSpec& spec, std::span<const EndedRun> ended);

// Sums up configurations that are added one after another, in their order.
class Summarizer {
 public:
  explicit Summarizer(const ExperimentSpec& spec);

  // `runs`: all of the configuration, in the order of their ends.
  ConfigurationSummary add(const Configuration& configuration, const std::vector<const SummaryInput*>& runs);
  // ExperimentSummary::engines, for the configurations that were added so far.
  const std::vector<EnginePeak>& peaks() const { return peaks_; }

 private:
  const ExperimentSpec spec_;
  std::vector<EnginePeak> peaks_;
};

}  // namespace copybench
