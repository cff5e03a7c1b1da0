#include "core/model/summary.h"

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

// The best configuration of each engine, the first one where several are.
class Peaks {
 public:
  explicit Peaks(std::vector<EngineMode> engines) {
    std::sort(engines.begin(), engines.end());
    for (const EngineMode engine : engines) peaks_.push_back({engine, std::nullopt, std::nullopt});
  }

  void look_at(const ConfigurationSummary& summary) {
    static const auto throughput = static_cast<size_t>(find_figure("throughput_gbps") - figure_columns().data());
    const auto& spread = summary.figures[throughput];
    if (!spread) return;
    for (EnginePeak& peak : peaks_) {
      if (peak.engine != summary.configuration.engine) continue;
      if (peak.throughput_gbps && spread->median <= peak.throughput_gbps->median) continue;
      peak.configuration = summary.configuration;
      peak.throughput_gbps = spread;
    }
  }

  std::vector<EnginePeak> take() { return std::move(peaks_); }

 private:
  std::vector<EnginePeak> peaks_;
};

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

std::vector<EnginePeak> summarize_each(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs,
                                       const std::function<void(ConfigurationSummary)>& visit) {
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

  Peaks peaks(spec.engines);
  for (const auto& [configuration, its_runs] : by_configuration) {
    ConfigurationSummary one = summarize_one(configuration, its_runs);
    if (spec.until_ci) one.repeats = repeats_of(spec, its_runs);
    peaks.look_at(one);
    visit(std::move(one));
  }
  return peaks.take();
}

ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs) {
  ExperimentSummary summary;
  summary.engines = summarize_each(
      spec, runs, [&](ConfigurationSummary one) { summary.configurations.push_back(std::move(one)); });
  return summary;
}

}  // namespace copybench
