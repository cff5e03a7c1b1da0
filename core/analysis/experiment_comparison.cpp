#include "core/analysis/experiment_comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/model/order.h"
#include "core/stats/statistics.h"

namespace copybench {
namespace {

// Values by repetition, of completed runs that have the figure.
using ByRepetition = std::map<uint32_t, double>;
using ByConfiguration = std::map<Configuration, ByRepetition>;

ByConfiguration values_by_configuration(const MeasuredExperiment& experiment, const FigureColumn& figure) {
  ByConfiguration values;
  for (const Configuration& configuration : configurations_of(experiment.spec)) values[configuration];
  for (const SummaryInput& run : experiment.runs) {
    const auto found = values.find(run.planned.configuration);
    if (found == values.end() || run.state != RunState::completed) continue;
    if (const auto value = value_of(run.figures, figure)) found->second[run.planned.repetition] = *value;
  }
  return values;
}

using CountsByConfiguration = std::map<Configuration, RunCount>;

CountsByConfiguration count_runs(const std::vector<MeasuredExperiment>& side, const FigureColumn& figure) {
  CountsByConfiguration counts;
  for (const MeasuredExperiment& experiment : side) {
    for (const SummaryInput& run : experiment.runs) {
      if (run.state != RunState::completed || !value_of(run.figures, figure)) continue;
      RunCount& count = counts[run.planned.configuration];
      ++count.all;
      if (run.flagged) ++count.flagged;
    }
  }
  return counts;
}

bool is_doubtful(const ConfigurationComparison& one) {
  const Verdict verdict = one.comparison.verdict;
  if (verdict == Verdict::not_measured || verdict == Verdict::too_few_repetitions) return false;
  return one.base.mostly_flagged() || one.head.mostly_flagged();
}

std::vector<double> all_of(const ByRepetition& values) {
  std::vector<double> all;
  for (const auto& [repetition, value] : values) all.push_back(value);
  return all;
}

double median_or_nan(const ByRepetition& values) {
  std::vector<double> all = all_of(values);
  if (all.empty()) return std::nan("");
  std::sort(all.begin(), all.end());
  return median_of(all);
}

std::vector<ByConfiguration> sides(const std::vector<MeasuredExperiment>& experiments, const FigureColumn& figure) {
  std::vector<ByConfiguration> all;
  for (const MeasuredExperiment& experiment : experiments) all.push_back(values_by_configuration(experiment, figure));
  return all;
}

std::set<Configuration> configurations_of_all(const std::vector<ByConfiguration>& side) {
  std::set<Configuration> all;
  for (const ByConfiguration& experiment : side) {
    for (const auto& [configuration, values] : experiment) all.insert(configuration);
  }
  return all;
}

std::vector<double> one_value_each(const std::vector<ByConfiguration>& side, const Configuration& configuration) {
  std::vector<double> values;
  for (const ByConfiguration& experiment : side) {
    const auto found = experiment.find(configuration);
    values.push_back(found == experiment.end() ? std::nan("") : median_or_nan(found->second));
  }
  return values;
}

ValueSets pairs_of(const ByRepetition& base, const ByRepetition& head) {
  ValueSets sets;
  sets.paired = true;
  for (const auto& [repetition, value] : base) {
    const auto other = head.find(repetition);
    if (other == head.end()) continue;
    sets.base.push_back(value);
    sets.head.push_back(other->second);
  }
  return sets;
}

// Keys that are no settings: names, what is swept, how often, the random order, and the profile.
constexpr std::array<std::string_view, 8> kNoSettings{"name",    "preset",      "engines", "field_sizes",
                                                      "threads", "repetitions", "seed",    "profile"};

constexpr std::array<std::string_view, 5> kCellVerdicts{"winner", "undecided", "too_few_repetitions", "alone",
                                                        "not_measured"};

bool ahead(const EngineComparison& pair, EngineMode engine) {
  return pair.comparison.verdict == (pair.head == engine ? Verdict::faster : Verdict::slower);
}

// Sets the verdict on a cell from those of its pairs.
void judge(CellComparison& cell, const std::vector<std::pair<EngineMode, double>>& medians, Better better) {
  if (medians.empty()) return;
  const auto worse = [&](const auto& a, const auto& b) {
    return better == Better::higher ? a.second < b.second : a.second > b.second;
  };
  cell.best = std::max_element(medians.begin(), medians.end(), worse)->first;
  cell.contenders = {*cell.best};
  bool can_tell = false;
  for (const EngineComparison& pair : cell.pairs) {
    if (pair.base != *cell.best && pair.head != *cell.best) continue;
    if (pair.comparison.verdict == Verdict::not_measured || ahead(pair, *cell.best)) continue;
    cell.contenders.push_back(pair.base == *cell.best ? pair.head : pair.base);
    if (pair.comparison.needed) cell.needed = std::max(cell.needed.value_or(0), *pair.comparison.needed);
    can_tell = can_tell || !pair.comparison.needed;
  }
  std::sort(cell.contenders.begin(), cell.contenders.end());
  if (medians.size() == 1) {
    cell.verdict = CellVerdict::alone;
  } else if (cell.contenders.size() == 1) {
    cell.verdict = CellVerdict::winner;
  } else {
    cell.verdict = can_tell ? CellVerdict::undecided : CellVerdict::too_few_repetitions;
  }
  if (cell.verdict != CellVerdict::too_few_repetitions) cell.needed.reset();
}

}  // namespace

template <>
std::span<const std::string_view> names<CellVerdict>() { return kCellVerdicts; }

ExperimentComparison compare_experiments(const std::vector<MeasuredExperiment>& base,
                                         const std::vector<MeasuredExperiment>& head, const FigureColumn& figure,
                                         double min_effect) {
  ExperimentComparison result;
  result.paired = base.size() > 1;
  const auto base_values = sides(base, figure);
  const auto head_values = sides(head, figure);
  const auto of_base = configurations_of_all(base_values);
  const auto of_head = configurations_of_all(head_values);
  std::set_difference(of_base.begin(), of_base.end(), of_head.begin(), of_head.end(), std::back_inserter(result.only_base));
  std::set_difference(of_head.begin(), of_head.end(), of_base.begin(), of_base.end(), std::back_inserter(result.only_head));

  CountsByConfiguration base_runs = count_runs(base, figure);
  CountsByConfiguration head_runs = count_runs(head, figure);
  std::vector<ValueSets> sets;
  for (const Configuration& configuration : of_base) {
    if (!of_head.contains(configuration)) continue;
    result.configurations.push_back({configuration, {}, base_runs[configuration], head_runs[configuration]});
    if (result.paired) {
      sets.push_back({one_value_each(base_values, configuration), one_value_each(head_values, configuration), true});
    } else {
      sets.push_back({all_of(base_values[0].at(configuration)), all_of(head_values[0].at(configuration)), false});
    }
  }
  const auto comparisons = compare(sets, figure.better, min_effect);
  for (size_t i = 0; i < comparisons.size(); ++i) {
    ConfigurationComparison& one = result.configurations[i];
    one.comparison = comparisons[i];
    if (is_doubtful(one)) one.comparison.verdict = Verdict::cannot_tell;
  }
  return result;
}

bool measured_alternately(const StartTimes& base, const StartTimes& head) {
  std::vector<std::pair<UtcTime, size_t>> starts;  // with the pair's number
  for (size_t i = 0; i < std::min(base.size(), head.size()); ++i) {
    if (!base[i] || !head[i]) continue;
    starts.emplace_back(*base[i], i);
    starts.emplace_back(*head[i], i);
  }
  std::ranges::stable_sort(starts, {}, [](const auto& start) { return start.first; });
  for (size_t i = 0; i < starts.size(); i += 2) {
    if (starts[i].second != starts[i + 1].second) return false;
  }
  return true;
}

Json settings_of(const ExperimentSpec& spec) {
  Json settings = to_json(spec);
  for (const std::string_view key : kNoSettings) settings.erase(std::string(key));
  return settings;
}

std::vector<SettingDifference> setting_differences(const ExperimentSpec& base, const ExperimentSpec& head) {
  const Json before = settings_of(base);
  const Json after = settings_of(head);
  std::vector<SettingDifference> differences;
  for (const auto& [key, value] : before.items()) {
    const Json other = after.value(key, Json());
    if (value != other) differences.push_back({key, value, other, key == "pattern" || key == "messages_per_s"});
  }
  for (const auto& [key, value] : after.items()) {
    if (!before.contains(key)) differences.push_back({key, nullptr, value, false});
  }
  return differences;
}

std::vector<CellComparison> compare_engines(const MeasuredExperiment& experiment, const FigureColumn& figure,
                                            double min_effect) {
  std::map<std::pair<uint64_t, uint32_t>, std::map<EngineMode, ByRepetition>> cells;
  for (auto& [configuration, values] : values_by_configuration(experiment, figure)) {
    cells[{configuration.field_bytes, configuration.threads}][configuration.engine] = std::move(values);
  }
  std::vector<CellComparison> result;
  std::vector<ValueSets> sets;
  for (const auto& [size_and_threads, engines] : cells) {
    CellComparison cell;
    std::tie(cell.field_bytes, cell.threads) = size_and_threads;
    for (auto base = engines.begin(); base != engines.end(); ++base) {
      for (auto head = std::next(base); head != engines.end(); ++head) {
        cell.pairs.push_back({base->first, head->first, {}});
        sets.push_back(pairs_of(base->second, head->second));
      }
    }
    result.push_back(std::move(cell));
  }
  const auto comparisons = compare(sets, figure.better, min_effect);
  auto next = comparisons.begin();
  for (CellComparison& cell : result) {
    for (EngineComparison& pair : cell.pairs) pair.comparison = *next++;
    std::vector<std::pair<EngineMode, double>> medians;
    for (const auto& [engine, values] : cells.at({cell.field_bytes, cell.threads})) {
      if (!values.empty()) medians.emplace_back(engine, median_or_nan(values));
    }
    judge(cell, medians, figure.better);
  }
  return result;
}

}  // namespace copybench
