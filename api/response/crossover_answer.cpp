#include "api/response/crossover_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "core/analysis/crossover.h"

namespace copybench {
namespace {

// The member as T; none if it is absent or null.
template <typename T>
std::optional<T> member(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

std::string text(const Json& json, const char* key) { return member<std::string>(json, key).value_or(""); }

std::vector<Json> list(const Json& json, const char* key) {
  return member<std::vector<Json>>(json, key).value_or(std::vector<Json>{});
}

Json interval_of(const Json& crossing) { return member<Json>(crossing, "interval").value_or(Json::object()); }

std::string bytes(const Json& json, const char* key) { return fmt::format("{:.0f}", member<double>(json, key).value_or(0)); }

bool has_verdict(const Json& size, SizeVerdict verdict) { return text(size, "verdict") == name_of(verdict); }

class Answer {
 public:
  explicit Answer(const Json& crossover)
      : json_(crossover), metric_(text(crossover, "metric")), path_(list(crossover, "path")),
        confidence_(fmt::format("{:.0f} % confidence",
                                100 * member<double>(crossover, "confidence").value_or(kCrossoverConfidence))) {}

  std::string searching() const {
    const auto open = std::ranges::count_if(path_, [](const Json& size) { return has_verdict(size, SizeVerdict::measuring); });
    return fmt::format("Searching: {} of {} sizes measured so far.", std::ssize(path_) - open, path_.size());
  }

  std::string crossings() const {
    const std::vector<Json> all = list(json_, "crossings");
    std::vector<std::string> parts;
    for (const Json& crossing : all) parts.push_back(change(crossing));
    if (all.size() == 1) {
      const Json interval = interval_of(all.front());
      return fmt::format("{} ({} to {} bytes with {}). A message is {} fields.", parts.front(), bytes(interval, "low"),
                         bytes(interval, "high"), confidence_, kFieldsPerMessage);
    }
    return fmt::format("The better engine changes {} times: {} ({} for all of it). A message is {} fields.", parts.size(),
                       fmt::join(parts, "; "), confidence_, kFieldsPerMessage);
  }

  std::string no_crossing() const {
    if (path_.empty()) return "No crossover.";
    return fmt::format("No crossover from fields of {} to {} bytes: {} has the better {} at all {} sizes measured ({} for "
                       "all of them together). What changes and changes back between two of them is not seen.",
                       bytes(path_.front(), "field_bytes"), bytes(path_.back(), "field_bytes"), text(path_.front(), "better"),
                       metric_, path_.size(), confidence_);
  }

  std::string undecided() const {
    if (const auto run = member<RunId>(json_, "without_figure")) {
      return fmt::format("There is no searching by {}: completed runs do not have this figure, as where perf cannot count it "
                         "or was not asked to. /runs/{} says why, under \"missing\"; choose a figure that is measured here.",
                         metric_, *run);
    }
    const bool close = std::ranges::any_of(path_, [](const Json& size) { return has_verdict(size, SizeVerdict::no_difference); });
    return fmt::format("No crossover could be found or ruled out by {}: {}.{}", metric_, verdicts(),
                       close ? " Longer runs would tell more." : "");
  }

 private:
  std::string change(const Json& crossing) const {
    const Json interval = interval_of(crossing);
    return fmt::format("{} has the better {} up to fields of {} bytes, {} from {} bytes on, and the change is at about {} bytes",
                       text(crossing, "below"), metric_, bytes(interval, "low"), text(crossing, "above"), bytes(interval, "high"),
                       bytes(crossing, "size_bytes"));
  }

  // Each engine, and each reason for no verdict, with the sizes it holds at.
  std::string verdicts() const {
    std::vector<std::string> parts;
    const auto part = [&](const auto& wanted, const std::string& what) {
      std::vector<std::string> sizes;
      for (const Json& size : path_) {
        if (wanted(size)) sizes.push_back(bytes(size, "field_bytes"));
      }
      if (!sizes.empty()) parts.push_back(fmt::format("{} at fields of {} bytes", what, fmt::join(sizes, ", ")));
    };
    for (const Json& engine : list(json_, "of")) {
      part([&](const Json& size) { return size.contains("better") && size["better"] == engine; },
           fmt::format("{} is better", engine.get<std::string>()));
    }
    part([](const Json& size) { return has_verdict(size, SizeVerdict::no_difference); },
         fmt::format("{} pairs show no significant difference", kMaxPairs));
    part([](const Json& size) { return has_verdict(size, SizeVerdict::not_measured); }, "the runs failed or lack the figure");
    return fmt::format("{}", fmt::join(parts, "; "));
  }

  const Json& json_;
  std::string metric_;
  std::vector<Json> path_;
  std::string confidence_;
};

}  // namespace

std::string crossover_answer(const Json& crossover) {
  const Answer answer(crossover);
  switch (from_name<CrossoverState>(text(crossover, "state")).value_or(CrossoverState::cancelled)) {
    case CrossoverState::searching: return answer.searching();
    case CrossoverState::found:
    case CrossoverState::several: return answer.crossings();
    case CrossoverState::none: return answer.no_crossing();
    case CrossoverState::undecided: return answer.undecided();
    case CrossoverState::cancelled: break;
  }
  return "The search was cancelled before it had an answer.";
}

}  // namespace copybench
