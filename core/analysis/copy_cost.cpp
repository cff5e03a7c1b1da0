#include "core/analysis/copy_cost.h"
#include "core/model/send_paths.h"

#include <array>
#include <map>
#include <utility>

namespace copybench {
namespace {

constexpr std::array<std::string_view, 3> kCopyCodes{"spends", "not_its_own", "only_some_do"};

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

CopyFinding finding_of(CopyCode code, const ProfiledShare& profiled) {
  CopyFinding finding;
  finding.code = code;
  finding.engine = profiled.configuration.engine;
  finding.busy_samples = profiled.share.busy_samples;
  return finding;
}

CopyFinding finding_of(CopyCode code, const ProfiledShare& profiled, CopyKind kind, double share) {
  CopyFinding finding = finding_of(code, profiled);
  finding.share = share;
  finding.copies.push_back({kind, share});
  return finding;
}

CopyFinding spending(const ProfiledShare& profiled) {
  CopyFinding finding = finding_of(CopyCode::spends, profiled);
  for (const CopyPart& part : profiled.share.parts) {
    const double share = own_share(profiled, part.kind);
    finding.share += share;
    if (share >= kCopyThere) finding.copies.push_back({part.kind, share});
  }
  return finding;
}

void add_doubts(const ProfiledShare& profiled, std::vector<CopyFinding>& findings) {
  const double strange = profiled.share.share(CopyKind::deferred);
  if (cannot_have(profiled.configuration.engine, CopyKind::deferred) && strange >= kCopyThere) {
    findings.push_back(finding_of(CopyCode::not_its_own, profiled, CopyKind::deferred, strange));
  }
}

// The engines that have the copy, if others do not have it.
void add_differences(const std::vector<const ProfiledShare*>& cell, CopyKind kind, std::vector<CopyFinding>& findings) {
  std::vector<EngineMode> without;
  for (const ProfiledShare* one : cell) {
    if (is_without(*one, kind)) without.push_back(one->configuration.engine);
  }
  if (without.empty()) return;
  for (const ProfiledShare* one : cell) {
    const double share = own_share(*one, kind);
    if (share < kCopyThere) continue;
    findings.push_back(finding_of(CopyCode::only_some_do, *one, kind, share));
    findings.back().without = without;
  }
}

}  // namespace

template <>
std::span<const std::string_view> names<CopyCode>() { return kCopyCodes; }

std::vector<CopyCost> copy_costs(const std::vector<ProfiledShare>& shares) {
  std::map<std::pair<uint64_t, uint32_t>, std::vector<const ProfiledShare*>> cells;
  for (const ProfiledShare& one : shares) {
    cells[{one.configuration.field_bytes, one.configuration.threads}].push_back(&one);
  }
  std::vector<CopyCost> costs;
  for (const auto& [key, cell] : cells) {
    CopyCost cost{key.first, key.second, {}};
    for (const ProfiledShare* one : cell) cost.findings.push_back(spending(*one));
    for (const ProfiledShare* one : cell) add_doubts(*one, cost.findings);
    for (size_t i = 0; i < names<CopyKind>().size(); ++i) add_differences(cell, static_cast<CopyKind>(i), cost.findings);
    costs.push_back(std::move(cost));
  }
  return costs;
}

}  // namespace copybench
