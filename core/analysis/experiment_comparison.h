// Compares experiments, configuration by configuration, and the engines of one experiment with each other. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/comparison.h"
#include "core/analysis/summary.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace copybench {

struct MeasuredExperiment {
  ExperimentSpec spec;
  std::vector<SummaryInput> runs;
};

// One side of a comparison: the completed runs of a configuration that have the figure.
struct RunCount {
  int64_t all = 0;
  int64_t flagged = 0;  // runs with doubtful figures
  bool mostly_flagged() const { return 2 * flagged > all; }
};

struct ConfigurationComparison {
  Configuration configuration;
  Comparison comparison;
  RunCount base;
  RunCount head;
};

struct ExperimentComparison {
  std::vector<ConfigurationComparison> configurations;  // those of both sides, in the order engine, field_bytes, threads
  std::vector<Configuration> only_base;
  std::vector<Configuration> only_head;
  bool paired = false;
};

// One experiment on each side: their runs are independent sets. Several, as many on both sides: base[i] and head[i] were
// measured soon after one another, and the medians of their runs make a pair, which removes a drift of the machine. If most
// runs of a side are flagged, Verdict::cannot_tell replaces the verdict.
ExperimentComparison compare_experiments(const std::vector<MeasuredExperiment>& base,
                                         const std::vector<MeasuredExperiment>& head, const FigureColumn& figure,
                                         double min_effect);

// For several experiments on each side: whether base[i] and head[i] were measured one right after the other, with none of
// the others in between, by their start times. A pair with an experiment that never started is left out.
using StartTimes = std::vector<std::optional<UtcTime>>;
bool measured_alternately(const StartTimes& base, const StartTimes& head);

// The settings that the figures of a configuration depend on: the spec's JSON without what is swept, how often, and the
// seed.
Json settings_of(const ExperimentSpec& spec);

// A setting of the request in which two experiments differ.
struct SettingDifference {
  std::string name;  // the key in the spec's JSON
  Json base;
  Json head;
  bool incomparable = false;  // the figures have different meanings

  bool operator==(const SettingDifference&) const = default;
};
std::vector<SettingDifference> setting_differences(const ExperimentSpec& base, const ExperimentSpec& head);

// One engine compared with another at one field size and thread count, paired by repetition: the runs of a repetition are
// interleaved over the engines.
struct EngineComparison {
  EngineMode base{};
  EngineMode head{};
  Comparison comparison;
};

enum class CellVerdict : uint8_t {
  winner,               // one engine is significantly ahead of each other one
  undecided,            // the best by median is not significantly ahead of all others
  too_few_repetitions,  // undecided, and no difference could have been significant
  alone,                // only one engine has values
  not_measured,
};
template <>
std::span<const std::string_view> names<CellVerdict>();

struct CellComparison {
  uint64_t field_bytes = 0;
  uint32_t threads = 0;
  std::vector<EngineComparison> pairs;  // every two engines, the head after the base in the order of EngineMode
  CellVerdict verdict = CellVerdict::not_measured;
  std::optional<EngineMode> best;         // by median; the winner, if there is one
  std::vector<EngineMode> contenders;     // the best, and those that it is not significantly ahead of
  std::optional<int64_t> needed;          // too_few_repetitions: the least repetitions needed
};

// p is corrected over all pairs of all cells.
std::vector<CellComparison> compare_engines(const MeasuredExperiment& experiment, const FigureColumn& figure,
                                            double min_effect);

}  // namespace copybench
