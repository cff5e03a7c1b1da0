#include "core/analysis/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/model/order.h"

namespace copybench {
namespace {

ConfigurationSummary summarize_one(const Configuration& configuration, const std::vector<const SummaryInput*>& runs) {
  ConfigurationSummary summary{configuration, 0, 0, 0, std::nullopt, {}};
  std::vector<const SummaryInput*> completed;
  for (const SummaryInput* run : runs) {
    if (run->state == RunState::completed) completed.push_back(run);
    if (run->state == RunState::completed && run->flagged) ++summary.runs_flagged;
    if (run->state == RunState::failed || run->state == RunState::timed_out) ++summary.runs_failed;
  }
  summary.runs_completed = static_cast<int64_t>(completed.size());
  for (const FigureColumn& column : figure_columns()) {
    std::vector<Sample> samples;
    for (const SummaryInput* run : completed) {
      if (const auto value = value_of(run->figures, column)) samples.push_back({run->id, *value});
    }
    summary.figures.push_back(spread_of(std::move(samples)));
  }
  return summary;
}

// Keeps the best configuration of each engine, the first one if several are equal.
void look_at(std::vector<EnginePeak>& peaks, const ConfigurationSummary& summary) {
  static const auto throughput = static_cast<size_t>(find_figure("throughput_gbps") - figure_columns().data());
  const auto& spread = summary.figures[throughput];
  if (!spread) return;
  for (EnginePeak& peak : peaks) {
    if (peak.engine != summary.configuration.engine) continue;
    if (peak.throughput_gbps && spread->median <= peak.throughput_gbps->median) continue;
    peak.configuration = summary.configuration;
    peak.throughput_gbps = spread;
  }
}

}  // namespace

std::optional<Spread> spread_of(std::vector<Sample> samples) {
  std::erase_if(samples, [](const Sample& sample) { return !std::isfinite(sample.value); });
  if (samples.empty()) return std::nullopt;
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.value);
  std::sort(values.begin(), values.end());
  Spread spread;
  spread.n = static_cast<int64_t>(values.size());
  spread.median = median_of(values);
  spread.ci95_median = median_interval(values);
  spread.mean = mean_of(values);
  spread.ci95_mean = mean_interval(values, 0.95);
  spread.cv = coefficient_of_variation(values);
  spread.min = values.front();
  spread.max = values.back();
  if (const auto fences = outlier_fences(values)) {
    for (const Sample& sample : samples) {
      if (sample.value < fences->low || sample.value > fences->high) spread.outliers.push_back(sample.run);
    }
  }
  return spread;
}

SummaryOrder summary_order(const ExperimentSpec& spec, std::span<const EndedRun> ended) {
  std::map<Configuration, std::vector<RunId>> by_configuration;
  for (const Configuration& configuration : configurations_of(spec)) by_configuration[configuration];
  for (const EndedRun& run : ended) {
    const auto found = by_configuration.find(run.configuration);
    if (found != by_configuration.end()) {
      found->second.push_back(run.id);
    } else if (spec.crossover) {
      by_configuration[run.configuration].push_back(run.id);  // a size that the search added
    }
  }
  SummaryOrder order;
  order.parts.reserve(by_configuration.size());
  order.runs.reserve(ended.size());
  for (const auto& [configuration, runs] : by_configuration) {
    order.parts.push_back({configuration, runs.size()});
    order.runs.insert(order.runs.end(), runs.begin(), runs.end());
  }
  return order;
}

Summarizer::Summarizer(const ExperimentSpec& spec) : spec_(spec) {
  std::vector<EngineMode> engines = spec.engines;
  std::sort(engines.begin(), engines.end());
  for (const EngineMode engine : engines) peaks_.push_back({engine, std::nullopt, std::nullopt});
}

ConfigurationSummary Summarizer::add(const Configuration& configuration, const std::vector<const SummaryInput*>& runs) {
  ConfigurationSummary summary = summarize_one(configuration, runs);
  if (spec_.until_ci) summary.repeats = repeats_of(spec_, runs);
  look_at(peaks_, summary);
  return summary;
}

ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs) {
  std::vector<EndedRun> places;  // indices into `runs`, instead of ids
  for (const SummaryInput& run : runs) places.push_back({static_cast<RunId>(places.size()), run.planned.configuration});
  const SummaryOrder order = summary_order(spec, places);
  Summarizer summarizer(spec);
  ExperimentSummary summary;
  auto next = order.runs.begin();
  for (const SummaryOrder::Part& part : order.parts) {
    std::vector<const SummaryInput*> own;
    for (size_t i = 0; i < part.runs; ++i) own.push_back(&runs[static_cast<size_t>(*next++)]);
    summary.configurations.push_back(summarizer.add(part.configuration, own));
  }
  summary.engines = summarizer.peaks();
  return summary;
}

}  // namespace copybench
