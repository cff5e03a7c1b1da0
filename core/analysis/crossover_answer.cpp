#include "core/analysis/crossover_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace copybench {
namespace {

template <typename Wanted>
std::string sizes_where(const std::vector<SizeResult>& path, const Wanted& wanted) {
  std::vector<uint64_t> sizes;
  for (const SizeResult& size : path) {
    if (wanted(size)) sizes.push_back(size.field_bytes);
  }
  return fmt::format("fields of {} bytes", fmt::join(sizes, ", "));
}

std::string words_of(const Crossing& crossing, std::string_view metric) {
  return fmt::format("{} has the better {} up to fields of {} bytes, {} from {} bytes on, and the change is at about {:.0f} "
                     "bytes",
                     name_of(crossing.below), metric, crossing.low, name_of(crossing.above), crossing.high, crossing.size);
}

// Each engine, and each reason for no verdict, with the sizes it holds at.
std::string verdicts(const ExperimentSpec& spec, const CrossoverResult& result) {
  std::vector<std::string> parts;
  const auto part = [&](const auto& wanted, const std::string& what) {
    if (std::ranges::any_of(result.path, wanted)) parts.push_back(what + " at " + sizes_where(result.path, wanted));
  };
  for (const EngineMode engine : spec.engines) {
    part([&](const SizeResult& size) { return size.better == engine; }, fmt::format("{} is better", name_of(engine)));
  }
  part([](const SizeResult& size) { return size.verdict == SizeVerdict::no_difference; },
       fmt::format("{} pairs show no significant difference", kMaxPairs));
  part([](const SizeResult& size) { return size.verdict == SizeVerdict::not_measured; }, "the runs failed or lack the figure");
  return fmt::format("{}", fmt::join(parts, "; "));
}

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

std::string answer_in_words(const ExperimentSpec& spec, const CrossoverResult& result) {
  const std::string& metric = spec.crossover->metric;
  const auto confidence = fmt::format("{:.0f} % confidence", 100 * kCrossoverConfidence);
  switch (result.state) {
    case CrossoverState::searching: {
      const auto open = std::ranges::count(result.path, SizeVerdict::measuring, &SizeResult::verdict);
      return fmt::format("Searching: {} of {} sizes measured so far.", std::ssize(result.path) - open, result.path.size());
    }
    case CrossoverState::found: {
      const Crossing& only = result.crossings.front();
      return fmt::format("{} ({} to {} bytes with {}). A message is {} fields.", words_of(only, metric), only.low, only.high,
                         confidence, kFieldsPerMessage);
    }
    case CrossoverState::several: {
      std::vector<std::string> parts;
      for (const Crossing& crossing : result.crossings) parts.push_back(words_of(crossing, metric));
      return fmt::format("The better engine changes {} times: {} ({} for all of it). A message is {} fields.", parts.size(),
                         fmt::join(parts, "; "), confidence, kFieldsPerMessage);
    }
    case CrossoverState::none:
      return fmt::format("No crossover from fields of {} to {} bytes: {} has the better {} at all {} sizes measured ({} for "
                         "all of them together). What changes and changes back between two of them is not seen.",
                         result.path.front().field_bytes, result.path.back().field_bytes,
                         name_of(*result.path.front().better), metric, result.path.size(), confidence);
    case CrossoverState::undecided: {
      if (result.without_figure) {
        return fmt::format("There is no searching by {}: completed runs do not have this figure, as where perf cannot count it or was "
                           "not asked to. /runs/{} says why, under \"missing\"; choose a figure that is measured here.",
                           metric, *result.without_figure);
      }
      const bool close = std::ranges::any_of(
          result.path, [](const SizeResult& size) { return size.verdict == SizeVerdict::no_difference; });
      return fmt::format("No crossover could be found or ruled out by {}: {}.{}", metric, verdicts(spec, result),
                         close ? " Longer runs would tell more." : "");
    }
    case CrossoverState::cancelled: break;
  }
  return std::string(kCancelledSearch);
}

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
          {"answer", result.answer}};
}

}  // namespace copybench
