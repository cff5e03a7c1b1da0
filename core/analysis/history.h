// Groups a configuration's figure over experiments into series of comparable ones, and finds where their level changed.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/model/circumstances.h"
#include "core/model/records.h"
#include "core/stats/change_points.h"

namespace copybench {

// An experiment with its values for the configuration; at least one value.
struct HistoryExperiment {
  ExperimentId id = 0;
  ExperimentSpec spec;
  std::optional<UtcTime> started_at;
  Circumstances circumstances;  // empty if they were not recorded
  std::vector<double> values;
  int64_t flagged = 0;  // how many of the runs behind the values have flags
  bool imported = false;
};

struct HistoryPoint {
  ExperimentId experiment = 0;
  std::string name;
  std::optional<UtcTime> started_at;
  int64_t n = 0;
  double median = 0;
  double min = 0;
  double max = 0;
  int64_t flagged = 0;
  bool imported = false;
};

struct LevelChange {
  size_t index = 0;  // of the point with which the new level begins
  double p = 0;
  double before = 0;  // median of the level's points
  double after = 0;
  std::vector<CircumstanceDifference> differences;  // from the point before that point to it; only those that matter
};

// Experiments that differ only in what was swept, how often, and the seed.
struct HistorySeries {
  Json settings;
  std::vector<HistoryPoint> points;
  std::vector<LevelChange> changes;
};

struct History {
  std::vector<HistorySeries> series;  // ordered by their first experiment
  int64_t other_hosts = 0;            // experiments of other machines than this one, left out
  int64_t imported = 0;               // imported ones that name this machine, left out
};

// An import may name any place of measurement.
enum class ImportedPoints : uint8_t { left_out, marked };

// experiments: in the order of their ids. here: this machine's id as in circumstances, none if it cannot be read. An
// experiment without a comparable id was measured here unless it was imported.
History history_of(const std::vector<HistoryExperiment>& experiments, const std::optional<std::string>& here,
                   ImportedPoints imported = ImportedPoints::left_out);

}  // namespace copybench
