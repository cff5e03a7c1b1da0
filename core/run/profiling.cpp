#include "core/run/profiling.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/analysis/copy_share.h"
#include "core/host/system_facts.h"
#include "core/model/text.h"

namespace copybench {
namespace {

// Why the samples give no shares; empty if they do.
std::string doubt(const FoldedProfile& folded) {
  const int64_t busy = sample_count(folded.stacks);
  if (busy < kFewestSamples) {
    if (!folded.problem.empty()) return fmt::format("{} samples are too few to tell shares by: {}", busy, folded.problem);
    return fmt::format("{} samples are too few to tell shares by; a longer duration_s gives more", busy);
  }
  bool kernel_seen = false;
  for (const auto& [stack, samples] : folded.stacks) kernel_seen = kernel_seen || stack.ends_with("_[k]");
  if (!kernel_seen) {
    return "perf may sample user space only here, and the copies are in the kernel: sudo sysctl kernel.perf_event_paranoid=1";
  }
  if (2 * folded.unnamed_kernel_samples > busy) {
    return fmt::format(
        "the kernel's symbols are hidden from this process (kernel.kptr_restrict is {}): run as root, or with CAP_SYSLOG, or "
        "sudo sysctl kernel.kptr_restrict=0 kernel.perf_event_paranoid=1",
        sysctl_int("kernel.kptr_restrict").value_or(-1));
  }
  return {};
}

}  // namespace

RunProfile profile_of(const Sampling& sampling, const FoldedProfile& folded, const std::string& problem) {
  const std::string reason = problem.empty() ? doubt(folded) : problem;
  RunProfile profile;
  profile.stacks = clean_text(to_text(folded.stacks));
  profile.report = {{"event", sampling.event},
                    {"frequency_hz", sampling.frequency_hz},
                    {"scope", sampling.whole_machine ? "machine" : "processes"},
                    {"samples",
                     {{"engine", folded.engine_samples},
                      {"load", folded.load_samples},
                      {"kernel", folded.kernel_samples},
                      {"others", folded.other_samples},
                      {"idle", folded.idle_samples}}},
                    {"copy_share", reason.empty() ? to_json(copy_share_of(folded.stacks)) : Json()},
                    {"reason", text_or_null(reason)}};
  return profile;
}

std::optional<RunFlag> sampling_flag(const Sampling& sampling, const FoldedProfile& folded, const UsedCpu& used) {
  constexpr double kTolerance = 0.25;
  constexpr double kEnough = 100;  // with fewer samples, chance alone may differ as much
  std::vector<std::string> parts;
  const auto judge = [&](const char* who, int64_t samples, Nanoseconds cpu) {
    const double expected = to_seconds(cpu) * sampling.frequency_hz;
    if (expected < kEnough || std::abs(static_cast<double>(samples) / expected - 1) < kTolerance) return;
    parts.push_back(fmt::format("{:.2f} s of the {:.2f} s of CPU time that the {} used",
                                static_cast<double>(samples) / sampling.frequency_hz, to_seconds(cpu), who));
  };
  judge("server", folded.engine_samples, used.engine);
  judge("client", folded.load_samples, used.load);
  if (parts.empty()) return std::nullopt;
  return RunFlag{FlagKind::sampling, fmt::format("The samples ({}) come to {}: the shares are off by as much.", sampling.event,
                                                 fmt::join(parts, ", and to "))};
}

}  // namespace copybench
