#include "api/response/comparison_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/response/json_parts.h"

namespace copybench {
namespace {

// "4.8", "12".
std::string percent(double share) {
  const double value = std::abs(share) * 100;
  return fmt::format("{:.{}f}", value, value < 10 ? 1 : 0);
}

// The relative change in the direction that is better for the figure: above 0 is better.
double gain(double ratio, Better better) { return better == Better::higher ? ratio - 1 : 1 - ratio; }

std::string interval_of(const Ratio& ratio) {
  return fmt::format("95 % interval of the ratio: {:.3f} to {:.3f}", *ratio.low, *ratio.high);
}

int64_t count_of(const ExperimentComparison& comparison, Verdict verdict) {
  return std::count_if(comparison.configurations.begin(), comparison.configurations.end(),
                       [&](const auto& one) { return one.comparison.verdict == verdict; });
}

Json ids_json(const std::vector<ExperimentId>& ids) {
  Json json = Json::array();
  for (const ExperimentId id : ids) json.push_back({{"experiment_id", id}, {"link", experiment_path(id)}});
  return json;
}

Json put_result(Json json, const Comparison& comparison, Better better, double min_effect) {
  json["base"] = {{"n", comparison.n_base}, {"median", or_null(comparison.base_median)}};
  json["head"] = {{"n", comparison.n_head}, {"median", or_null(comparison.head_median)}};
  json["ratio"] = comparison.ratio ? Json(comparison.ratio->estimate) : Json(nullptr);
  json["ratio_ci95_low"] = comparison.ratio ? or_null(comparison.ratio->low) : Json(nullptr);
  json["ratio_ci95_high"] = comparison.ratio ? or_null(comparison.ratio->high) : Json(nullptr);
  json["p"] = or_null(comparison.p);
  json["corrected_p"] = or_null(comparison.corrected_p);
  json["verdict"] = name_of(comparison.verdict);
  json["repetitions_needed"] = or_null(comparison.needed);
  json["detail"] = detail_of(comparison, better, min_effect);
  return json;
}

// Why there is no verdict although there are enough runs; else null.
Json reason_of(const ConfigurationComparison& one) {
  if (one.comparison.verdict != Verdict::cannot_tell) return nullptr;
  return {{"code", "most_runs_flagged"},
          {"base", {{"runs", one.base.all}, {"flagged", one.base.flagged}}},
          {"head", {{"runs", one.head.all}, {"flagged", one.head.flagged}}}};
}

Json method_json(bool paired) {
  return {{"test", paired ? "Wilcoxon signed-rank test of the pairs' log ratios, two-sided, exact up to 50 pairs"
                          : "Mann-Whitney U test, two-sided, exact up to 50 values"},
          {"ratio", "Hodges-Lehmann estimate of the shift of the logarithms, with the interval that belongs to the test"},
          {"correction", "Benjamini-Hochberg"},
          {"significance", kSignificance}};
}

Json configurations_json(const std::vector<Configuration>& configurations) {
  Json json = Json::array();
  for (const Configuration& configuration : configurations) json.push_back(configuration_json(configuration));
  return json;
}

std::string listed(const std::vector<ExperimentId>& ids) { return fmt::format("{}", fmt::join(ids, ",")); }

// Link to the web page of the same comparison.
std::string page_link(const ComparisonQuestion& question) {
  std::string link = fmt::format("/#/compare?base={}&head={}&metric={}", listed(question.base), listed(question.head),
                                 question.figure->name);
  if (question.min_effect != kDefaultMinEffect) link += fmt::format("&min_effect_pct={:g}", 100 * question.min_effect);
  if (question.allow_differences) link += "&allow_differences=1";
  return link;
}

}  // namespace

std::string detail_of(const Comparison& comparison, Better better, double min_effect) {
  switch (comparison.verdict) {
    case Verdict::faster:
    case Verdict::slower:
      return fmt::format("{} % {}; {}", percent(gain(comparison.ratio->estimate, better)),
                         comparison.verdict == Verdict::faster ? "better" : "worse", interval_of(*comparison.ratio));
    case Verdict::too_few_repetitions:
      return fmt::format("too few repetitions to tell: {} needed on each side, {} and {} there", *comparison.needed,
                         comparison.n_base, comparison.n_head);
    case Verdict::not_measured:
      return fmt::format("nothing to compare: the {} has no completed run with this figure",
                         comparison.n_base == 0 ? "base" : "head");
    case Verdict::no_significant_difference:
      if (*comparison.corrected_p <= kSignificance) {
        return fmt::format("there is a difference, but not surely above {} %; {}", percent(min_effect),
                           interval_of(*comparison.ratio));
      }
      return comparison.ratio->low ? "no significant difference; " + interval_of(*comparison.ratio)
                                   : std::string("no significant difference");
    case Verdict::cannot_tell: return "cannot tell: most runs of a side are flagged";
  }
  return {};
}

std::string detail_of(const ConfigurationComparison& one, Better better, double min_effect) {
  if (one.comparison.verdict != Verdict::cannot_tell) return detail_of(one.comparison, better, min_effect);
  return fmt::format("cannot tell: {} of {} runs of the base and {} of {} of the head are flagged, their figures doubtful",
                     one.base.flagged, one.base.all, one.head.flagged, one.head.all);
}

std::string sentence_of(const ExperimentComparison& comparison) {
  const size_t all = comparison.configurations.size();
  if (all == 0) return "The two have no configuration in common.";
  std::vector<std::string> parts;
  for (const auto& [verdict, words] : {std::pair{Verdict::slower, "slower"},
                                       {Verdict::faster, "faster"},
                                       {Verdict::no_significant_difference, "no significant difference"},
                                       {Verdict::too_few_repetitions, "too few repetitions to tell"},
                                       {Verdict::cannot_tell, "most runs flagged, so that nothing can be told"},
                                       {Verdict::not_measured, "nothing to compare"}}) {
    if (const int64_t count = count_of(comparison, verdict)) parts.push_back(fmt::format("{} at {}", words, count));
  }
  return fmt::format("Of {} configuration{}, the head has: {}.", all, all == 1 ? "" : "s", fmt::join(parts, ", "));
}

Json comparison_json(const ComparisonQuestion& question, const ExperimentComparison& comparison,
                     const ComparisonContext& context) {
  const Better better = question.figure->better;
  Json json;
  json["base"] = ids_json(question.base);
  json["head"] = ids_json(question.head);
  json["metric"] = question.figure->name;
  json["better"] = better == Better::higher ? "higher" : "lower";
  json["min_effect_pct"] = question.min_effect * 100;
  json["paired"] = comparison.paired;
  json["method"] = method_json(comparison.paired);
  json["sentence"] = sentence_of(comparison);
  json["counts"] = Json::object();
  for (size_t i = 0; i < names<Verdict>().size(); ++i) {
    json["counts"][std::string(names<Verdict>()[i])] = count_of(comparison, static_cast<Verdict>(i));
  }
  json["warnings"] = context.warnings;
  json["differences"] = Json::array();
  for (const Difference& difference : context.differences) {
    json["differences"].push_back({{"name", difference.name},
                                   {"class", difference.kind},
                                   {"base", difference.base},
                                   {"head", difference.head},
                                   {"refused", difference.refused}});
  }
  json["configurations"] = Json::array();
  for (const ConfigurationComparison& one : comparison.configurations) {
    Json result = put_result(configuration_json(one.configuration), one.comparison, better, question.min_effect);
    result["detail"] = detail_of(one, better, question.min_effect);
    result["reason"] = reason_of(one);
    json["configurations"].push_back(std::move(result));
  }
  json["only_base"] = configurations_json(comparison.only_base);
  json["only_head"] = configurations_json(comparison.only_head);
  json["links"] = {{"page", page_link(question)}};
  return json;
}

Json comparisons_json(ExperimentId experiment, const FigureColumn& figure, double min_effect,
                      const std::vector<CellComparison>& cells) {
  Json json;
  json["experiment_id"] = experiment;
  json["metric"] = figure.name;
  json["better"] = figure.better == Better::higher ? "higher" : "lower";
  json["min_effect_pct"] = min_effect * 100;
  json["method"] = method_json(/*paired=*/true);
  json["cells"] = Json::array();
  for (const CellComparison& cell : cells) {
    Json one;
    one["field_bytes"] = cell.field_bytes;
    one["message_bytes"] = cell.field_bytes * kFieldsPerMessage;
    one["threads"] = cell.threads;
    one["verdict"] = name_of(cell.verdict);
    one["best"] = cell.best ? Json(name_of(*cell.best)) : Json(nullptr);
    one["contenders"] = Json::array();
    for (const EngineMode engine : cell.contenders) one["contenders"].push_back(name_of(engine));
    one["repetitions_needed"] = or_null(cell.needed);
    one["pairs"] = Json::array();
    for (const EngineComparison& pair : cell.pairs) {
      Json engines;
      engines["base_engine"] = name_of(pair.base);
      engines["head_engine"] = name_of(pair.head);
      one["pairs"].push_back(put_result(std::move(engines), pair.comparison, figure.better, min_effect));
    }
    json["cells"].push_back(std::move(one));
  }
  json["links"] = {{"experiment", experiment_path(experiment)}};
  return json;
}

}  // namespace copybench
