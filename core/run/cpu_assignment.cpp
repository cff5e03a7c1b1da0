#include "core/run/cpu_assignment.h"

#include <algorithm>

#include "core/host/cpu_set.h"

namespace copybench {
namespace {

using Kind = CpuChoice::Kind;

std::vector<int> one_side(const CpuChoice& choice, const CpuChoice& other, const std::vector<int>& half,
                          const std::vector<int>& allowed) {
  if (choice.kind == Kind::unpinned) return {};
  if (choice.kind == Kind::listed) return choice.cpus;
  if (other.kind != Kind::listed) return half;
  std::vector<int> left;
  for (const int cpu : allowed) {
    if (std::find(other.cpus.begin(), other.cpus.end(), cpu) == other.cpus.end()) left.push_back(cpu);
  }
  return left.empty() ? allowed : left;
}

}  // namespace

CpuAssignment assign_cpus(const CpuChoice& server, const CpuChoice& client, const std::vector<int>& allowed) {
  const auto [first, second] = split_cpus(allowed);
  return {one_side(server, client, first, allowed), one_side(client, server, second, allowed)};
}

std::vector<int> used_cpus(const CpuAssignment& assignment, uint32_t threads, const std::vector<int>& allowed) {
  std::vector<int> used;
  for (const auto* side : {&assignment.server, &assignment.client}) {
    if (side->empty()) return allowed;
    used.insert(used.end(), side->begin(), side->begin() + std::min<std::ptrdiff_t>(threads, std::ssize(*side)));
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

}  // namespace copybench
