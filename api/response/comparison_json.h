// Comparisons -> sentences and JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/analysis/experiment_comparison.h"
#include "core/base/json.h"
#include "core/model/circumstances.h"
#include "core/model/records.h"

namespace copybench {

// The question of a comparison: the experiments of both sides, the figure, and the limits.
struct ComparisonQuestion {
  std::vector<ExperimentId> base;
  std::vector<ExperimentId> head;
  const FigureColumn* figure = nullptr;
  double min_effect = kDefaultMinEffect;
  bool allow_differences = false;
};

// A setting or circumstance in which the two sides differ.
struct Difference {
  std::string name;
  std::string kind;  // "request", or a CircumstanceClass
  Json base;
  Json head;
  bool refused = false;  // another host, or figures with another meaning
};

struct ComparisonContext {
  std::vector<Difference> differences;
  std::vector<std::string> warnings;  // sentences
};

// One sentence: how many configurations have each verdict.
std::string sentence_of(const ExperimentComparison& comparison);
// "12 % better; 95 % interval of the ratio: 1.100 to 1.140", or why there is no verdict.
std::string detail_of(const Comparison& comparison, Better better, double min_effect);
std::string detail_of(const ConfigurationComparison& one, Better better, double min_effect);

Json comparison_json(const ComparisonQuestion& question, const ExperimentComparison& comparison,
                     const ComparisonContext& context);
Json comparisons_json(ExperimentId experiment, const FigureColumn& figure, double min_effect,
                      const std::vector<CellComparison>& cells);

}  // namespace copybench
