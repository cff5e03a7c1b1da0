// Comparisons -> words and JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/circumstances.h"
#include "core/model/experiment_comparison.h"
#include "core/model/records.h"

namespace copybench {

// What was asked to be compared, and by what.
struct ComparisonQuestion {
  std::vector<ExperimentId> base;
  std::vector<ExperimentId> head;
  const FigureColumn* figure = nullptr;
  double min_effect = kDefaultMinEffect;
  bool allow_differences = false;
};

// Something in which the two sides differ beside what is compared.
struct Difference {
  std::string name;
  std::string kind;  // "request", or a CircumstanceClass
  Json base;
  Json head;
  bool refused = false;  // another host, or figures that do not mean the same
};

struct ComparisonContext {
  std::vector<Difference> differences;
  std::vector<std::string> warnings;  // sentences
};

// "Slower at 3 of 12 configurations, ...".
std::string sentence_of(const ExperimentComparison& comparison);
// "12 % faster (95 % interval 10 to 14 %)", or why there is no verdict.
std::string detail_of(const Comparison& comparison, Better better, double min_effect);
std::string detail_of(const ConfigurationComparison& one, Better better, double min_effect);

Json comparison_json(const ComparisonQuestion& question, const ExperimentComparison& comparison,
                     const ComparisonContext& context);
Json comparisons_json(ExperimentId experiment, const FigureColumn& figure, double min_effect,
                      const std::vector<CellComparison>& cells);

}  // namespace copybench
