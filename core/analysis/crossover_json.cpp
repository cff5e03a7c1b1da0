#include "core/analysis/crossover_json.h"

#include <cmath>
#include <utility>

namespace copybench {
namespace {

Json interval_of(const Crossing& crossing) {
  return {{"low", crossing.low}, {"high", crossing.high}, {"coverage", kCrossoverConfidence},
          {"method",
           "between the sizes where either engine is significantly better: t tests of paired log ratios, Bonferroni"}};
}

Json size_json(const SizeResult& size) {
  Json json{{"field_bytes", size.field_bytes}, {"pairs", size.pairs},
            {"failed_pairs", size.failed_pairs}, {"ratio", or_null(size.ratio)},
            {"ci95", nullptr}, {"p", or_null(size.p)},
            {"verdict", name_of(size.verdict)}, {"better", nullptr}};
  if (size.ci95) {
    json["ci95"] = {{"low", size.ci95->low}, {"high", size.ci95->high}, {"coverage", size.ci95->coverage},
                    {"method", size.ci95->method}};
  }
  if (size.better) json["better"] = name_of(*size.better);
  return json;
}

}  // namespace

Json to_json(const ExperimentSpec& spec, const CrossoverResult& result) {
  Json crossings = Json::array();
  for (const Crossing& crossing : result.crossings) {
    crossings.push_back({{"below", name_of(crossing.below)},
                         {"above", name_of(crossing.above)},
                         {"size_bytes", std::round(crossing.size)},
                         {"interval", interval_of(crossing)}});
  }
  Json path = Json::array();
  for (const SizeResult& size : result.path) path.push_back(size_json(size));
  const bool one = result.state == CrossoverState::found;
  return {{"state", name_of(result.state)},
          {"of", {name_of(spec.engines[0]), name_of(spec.engines[1])}},
          {"metric", spec.crossover->metric},
          {"confidence", kCrossoverConfidence},
          {"size_bytes", one ? crossings[0]["size_bytes"] : Json(nullptr)},
          {"interval", one ? crossings[0]["interval"] : Json(nullptr)},
          {"crossings", std::move(crossings)},
          {"path", std::move(path)},
          {"without_figure", or_null(result.without_figure)}};
}

}  // namespace copybench
