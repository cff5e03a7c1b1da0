#include "core/model/summary.h"

#include <algorithm>
#include <cmath>
#include <map>

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

EnginePeak peak_of(EngineMode engine, const std::vector<ConfigurationSummary>& configurations) {
  const auto throughput = static_cast<size_t>(find_figure("throughput_gbps") - figure_columns().data());
  EnginePeak peak{engine, std::nullopt, std::nullopt};
  for (const ConfigurationSummary& summary : configurations) {
    const auto& spread = summary.figures[throughput];
    if (summary.configuration.engine != engine || !spread) continue;
    if (!peak.throughput_gbps || spread->median > peak.throughput_gbps->median) {
      peak.configuration = summary.configuration;
      peak.throughput_gbps = spread;
    }
  }
  return peak;
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

ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs) {
  std::map<Configuration, std::vector<const SummaryInput*>> by_configuration;
  for (const Configuration& configuration : configurations_of(spec)) by_configuration[configuration];
  for (const SummaryInput& run : runs) {
    const auto found = by_configuration.find(run.planned.configuration);
    if (found != by_configuration.end()) {
      found->second.push_back(&run);
    } else if (spec.crossover) {
      by_configuration[run.planned.configuration].push_back(&run);  // a size that the search came to
    }
  }

  ExperimentSummary summary;
  for (const auto& [configuration, its_runs] : by_configuration) {
    ConfigurationSummary one = summarize_one(configuration, its_runs);
    if (spec.until_ci) one.repeats = repeats_of(spec, its_runs);
    summary.configurations.push_back(std::move(one));
  }
  std::vector<EngineMode> engines = spec.engines;
  std::sort(engines.begin(), engines.end());
  for (const EngineMode engine : engines) summary.engines.push_back(peak_of(engine, summary.configurations));
  return summary;
}

}  // namespace copybench
