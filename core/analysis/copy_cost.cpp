#include "core/analysis/copy_cost.h"
#include "core/model/send_paths.h"

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

// Such samples are not the engine's copies. They are the deferred copy of others' packets that are handled on its threads,
// or other parts of libc with the gather's symbols.
bool cannot_have(EngineMode engine, CopyKind kind) {
  switch (kind) {
    case CopyKind::gather: return !send_path_row(engine).gathers;
    case CopyKind::deferred: return !send_path_row(engine).keeps_buffers;
    case CopyKind::send:  // zero_copy falls back to it if the kernel has to copy
    case CopyKind::receive: break;
  }
  return false;
}

double own_share(const ProfiledShare& profiled, CopyKind kind) {
  return cannot_have(profiled.configuration.engine, kind) ? 0 : profiled.share.share(kind);
}

// The engine has the copy neither by its definition nor by the samples.
bool is_without(const ProfiledShare& profiled, CopyKind kind) {
  const EngineMode engine = profiled.configuration.engine;
  const bool defined_so = cannot_have(engine, kind) || (send_path_row(engine).keeps_buffers && kind == CopyKind::send);
  return defined_so && profiled.share.share(kind) < kCopyThere;
}

std::string spending(const ProfiledShare& profiled) {
  std::vector<std::string> parts;
  double total = 0;
  for (const CopyPart& part : profiled.share.parts) {
    const double share = own_share(profiled, part.kind);
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

void add_doubts(const ProfiledShare& profiled, std::vector<std::string>& sentences) {
  const EngineMode engine = profiled.configuration.engine;
  const double strange = profiled.share.share(CopyKind::deferred);
  if (cannot_have(engine, CopyKind::deferred) && strange >= kCopyThere) {
    sentences.push_back(fmt::format("{} has {} of its samples in a deferred copy, which it cannot have: of other programs' "
                                    "packets that were handled on its threads.",
                                    name_of(engine), percent(strange)));
  }
}

// "zero_copy spends 17.3 % in the deferred copy that one_copy does not have."
void add_differences(const std::vector<const ProfiledShare*>& cell, CopyKind kind, std::vector<std::string>& sentences) {
  std::vector<std::string> without;
  for (const ProfiledShare* one : cell) {
    if (is_without(*one, kind)) without.emplace_back(name_of(one->configuration.engine));
  }
  if (without.empty()) return;
  for (const ProfiledShare* one : cell) {
    const double share = own_share(*one, kind);
    if (share < kCopyThere) continue;
    sentences.push_back(fmt::format("{} spends {} in {} that {} {} not have.", name_of(one->configuration.engine),
                                    percent(share), copy_called(kind), listed(without), without.size() == 1 ? "does" : "do"));
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
    for (const ProfiledShare* one : cell) add_doubts(*one, cost.sentences);
    for (size_t i = 0; i < names<CopyKind>().size(); ++i) add_differences(cell, static_cast<CopyKind>(i), cost.sentences);
    costs.push_back(std::move(cost));
  }
  return costs;
}

}  // namespace copybench
