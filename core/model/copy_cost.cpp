#include "core/model/copy_cost.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace copybench {
namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string copy_called(CopyKind kind) {
  return kind == CopyKind::gather ? "the gather" : fmt::format("the {} copy", name_of(kind));
}

std::string spending(const ProfiledShare& profiled) {
  std::vector<std::string> parts;
  double total = 0;
  for (const CopyPart& part : profiled.share.parts) {
    const double share = profiled.share.share(part.kind);
    total += share;
    if (share >= kCopyThere) parts.push_back(fmt::format("{} in {}", percent(share), copy_called(part.kind)));
  }
  const auto engine = name_of(profiled.configuration.engine);
  if (parts.empty()) {
    return fmt::format("{} spends no measurable share of the busy CPU time ({} samples) in copying the payload.", engine,
                       profiled.share.busy_samples);
  }
  return fmt::format("{} spends {} of the busy CPU time in copying the payload: {} ({} samples).", engine, percent(total),
                     listed(parts), profiled.share.busy_samples);
}

// "zero_copy spends 17.3 % in the deferred copy that one_copy does not have."
void add_differences(const std::vector<const ProfiledShare*>& cell, std::vector<std::string>& sentences) {
  for (size_t i = 0; i < names<CopyKind>().size(); ++i) {
    const auto kind = static_cast<CopyKind>(i);
    std::vector<std::string> without;
    for (const ProfiledShare* one : cell) {
      if (one->share.share(kind) < kCopyThere) without.emplace_back(name_of(one->configuration.engine));
    }
    if (without.empty()) continue;
    for (const ProfiledShare* one : cell) {
      const double share = one->share.share(kind);
      if (share < kCopyThere) continue;
      sentences.push_back(fmt::format("{} spends {} in {} that {} {} not have.", name_of(one->configuration.engine),
                                      percent(share), copy_called(kind), listed(without),
                                      without.size() == 1 ? "does" : "do"));
    }
  }
}

}  // namespace

std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares) {
  std::map<std::pair<uint64_t, uint32_t>, std::vector<const ProfiledShare*>> cells;
  for (const ProfiledShare& one : shares) {
    cells[{one.configuration.field_bytes, one.configuration.threads}].push_back(&one);
  }
  std::vector<CopyCost> costs;
  for (const auto& [key, cell] : cells) {
    CopyCost cost{key.first, key.second, {}};
    for (const ProfiledShare* one : cell) cost.sentences.push_back(spending(*one));
    add_differences(cell, cost.sentences);
    costs.push_back(std::move(cost));
  }
  return costs;
}

}  // namespace copybench
