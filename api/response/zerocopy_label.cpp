#include "api/response/zerocopy_label.h"
#include "core/model/send_paths.h"

namespace copybench {

std::optional<std::string_view> zerocopy_label(EngineMode engine, const RunFigures& figures) {
  if (!send_path_row(engine).reports_copies) return std::nullopt;
  const auto& completions = figures.zerocopy_completions;
  const auto& copied = figures.zerocopy_copied;
  if (!completions || !copied || *completions <= 0) return kZerocopyLabels[0];
  if (*copied >= *completions) return kZerocopyLabels[1];
  return *copied > 0 ? kZerocopyLabels[2] : kZerocopyLabels[3];
}

}  // namespace copybench
