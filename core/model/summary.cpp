#include "core/model/summary.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "core/model/order.h"

namespace copybench {
namespace {

// How far from the mean the 95 % interval reaches, for n >= 2 values with this sum of squared deviations.
double ci95_half_width(double squared_deviations, size_t n) {
  const double degrees = static_cast<double>(n - 1);
  const double quantile = boost::math::quantile(boost::math::students_t(degrees), 0.975);
  return quantile * std::sqrt(squared_deviations / degrees / static_cast<double>(n));
}

std::optional<double> value_of(const RunFigures& figures, const FigureColumn& column) {
  return std::visit(
      [&](auto member) -> std::optional<double> {
        const auto& figure = figures.*member;
        if (!figure) return std::nullopt;
        return static_cast<double>(*figure);
      },
      column.member);
}

ConfigurationSummary summarize_one(const Configuration& configuration, const std::vector<const SummaryInput*>& runs) {
  ConfigurationSummary summary{configuration, 0, 0, {}};
  std::vector<const RunFigures*> completed;
  for (const SummaryInput* run : runs) {
    if (run->state == RunState::completed) completed.push_back(&run->figures);
    if (run->state == RunState::failed || run->state == RunState::timed_out) ++summary.runs_failed;
  }
  summary.runs_completed = static_cast<int64_t>(completed.size());
  for (const FigureColumn& column : figure_columns()) {
    std::vector<double> values;
    for (const RunFigures* figures : completed) {
      if (const auto value = value_of(*figures, column)) values.push_back(*value);
    }
    summary.figures.push_back(spread_of(std::move(values)));
  }
  return summary;
}

size_t throughput_index() {
  const auto columns = figure_columns();
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [](const FigureColumn& column) { return column.name == "throughput_gbps"; });
  return static_cast<size_t>(found - columns.begin());
}

EnginePeak peak_of(EngineMode engine, const std::vector<ConfigurationSummary>& configurations) {
  const size_t throughput = throughput_index();
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

std::optional<Spread> spread_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  Spread spread;
  spread.n = static_cast<int64_t>(n);
  spread.min = values.front();
  spread.max = values.back();
  spread.median = n % 2 == 1 ? values[n / 2] : std::midpoint(values[n / 2 - 1], values[n / 2]);
  double sum = 0;
  for (const double value : values) sum += value;
  spread.mean = sum / static_cast<double>(n);
  if (n >= 2) {
    double squared_deviations = 0;
    for (const double value : values) squared_deviations += (value - spread.mean) * (value - spread.mean);
    const double half_width = ci95_half_width(squared_deviations, n);
    spread.ci95_low = spread.mean - half_width;
    spread.ci95_high = spread.mean + half_width;
  }
  return spread;
}

ExperimentSummary summarize(const ExperimentSpec& spec, const std::vector<SummaryInput>& runs) {
  std::map<Configuration, std::vector<const SummaryInput*>> by_configuration;
  for (const Configuration& configuration : configurations_of(spec)) by_configuration[configuration];
  for (const SummaryInput& run : runs) {
    const auto found = by_configuration.find(run.configuration);
    if (found != by_configuration.end()) found->second.push_back(&run);
  }

  ExperimentSummary summary;
  for (const auto& [configuration, its_runs] : by_configuration) {
    summary.configurations.push_back(summarize_one(configuration, its_runs));
  }
  std::vector<EngineMode> engines = spec.engines;
  std::sort(engines.begin(), engines.end());
  for (const EngineMode engine : engines) summary.engines.push_back(peak_of(engine, summary.configurations));
  return summary;
}

}  // namespace copybench
