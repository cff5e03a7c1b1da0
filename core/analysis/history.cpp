#include "core/analysis/history.h"

#include <algorithm>

#include "core/analysis/experiment_comparison.h"
#include "core/stats/statistics.h"

namespace copybench {
namespace {

bool was_measured(const HistoryExperiment& experiment, const std::optional<std::string>& here) {
  for (const Circumstance& fact : experiment.circumstances) {
    if (here && fact.name == kMachineId && fact.value.is_string()) return fact.value == *here;
  }
  return !experiment.imported;
}

HistoryPoint point_of(const HistoryExperiment& experiment) {
  std::vector<double> sorted = experiment.values;
  std::sort(sorted.begin(), sorted.end());
  return {experiment.id,     experiment.spec.name, experiment.started_at, static_cast<int64_t>(sorted.size()),
          median_of(sorted), sorted.front(),       sorted.back(),         experiment.flagged,
          experiment.imported};
}

double level_of(const std::vector<HistoryPoint>& points, size_t begin, size_t end) {
  std::vector<double> medians;
  for (size_t i = begin; i < end; ++i) medians.push_back(points[i].median);
  std::sort(medians.begin(), medians.end());
  return median_of(medians);
}

std::vector<CircumstanceDifference> what_mattered(const Circumstances& before, const Circumstances& after) {
  if (before.empty() || after.empty()) return {};
  std::vector<CircumstanceDifference> differences = diff(before, after);
  std::erase_if(differences, [](const CircumstanceDifference& difference) { return !difference.matters; });
  return differences;
}

HistorySeries series_of(Json settings, const std::vector<const HistoryExperiment*>& experiments) {
  HistorySeries series{std::move(settings), {}, {}};
  std::vector<double> medians;
  for (const HistoryExperiment* experiment : experiments) {
    series.points.push_back(point_of(*experiment));
    medians.push_back(series.points.back().median);
  }
  const auto changes = change_points(medians);
  for (size_t i = 0; i < changes.size(); ++i) {
    const size_t index = changes[i].index;
    const size_t begin = i == 0 ? 0 : changes[i - 1].index;
    const size_t end = i + 1 == changes.size() ? medians.size() : changes[i + 1].index;
    series.changes.push_back({index, changes[i].p, level_of(series.points, begin, index), level_of(series.points, index, end),
                              what_mattered(experiments[index - 1]->circumstances, experiments[index]->circumstances)});
  }
  return series;
}

}  // namespace

History history_of(const std::vector<HistoryExperiment>& experiments, const std::optional<std::string>& here,
                   ImportedPoints imported) {
  History history;
  struct Group {
    Json settings;
    std::vector<const HistoryExperiment*> members;
  };
  std::vector<Group> groups;
  for (const HistoryExperiment& experiment : experiments) {
    if (!was_measured(experiment, here)) {
      ++history.other_hosts;
      continue;
    }
    if (experiment.imported && imported == ImportedPoints::left_out) {
      ++history.imported;
      continue;
    }
    Json settings = settings_of(experiment.spec);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& known) { return known.settings == settings; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{std::move(settings), {}});
    group->members.push_back(&experiment);
  }
  for (Group& group : groups) history.series.push_back(series_of(std::move(group.settings), group.members));
  return history;
}

}  // namespace copybench
