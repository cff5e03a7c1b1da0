#include "core/store/export.h"

#include <fmt/format.h>

namespace copybench {
namespace {

constexpr int64_t kPage = 100;

// A fact's text by its name, of the circumstances that were gathered last.
std::optional<std::string> fact(const ExportedExperiment& exported, std::string_view name) {
  if (exported.circumstances.empty()) return std::nullopt;
  for (const Json& one : exported.circumstances.back().value("facts", Json::array())) {
    if (!one.is_object() || one.value("name", Json()) != name) continue;
    const Json value = one.value("value", Json());
    if (value.is_string()) return value.get<std::string>();
  }
  return std::nullopt;
}

Origin origin_of(const ExportedExperiment& exported, const Exporter& exporter) {
  Origin origin;
  if (exported.record.origin) {
    origin = *exported.record.origin;  // whoever passes it on, it was measured there
  } else {
    origin.host = fact(exported, kHostName).value_or(exporter.host);
    origin.machine_id = fact(exported, kMachineId);
    origin.copybench = exporter.copybench;
    origin.experiment_id = exported.record.id;
  }
  origin.exported_at = utc_now();
  return origin;
}

}  // namespace

StoreResult<void> write_export(ReaderPool& readers, ExperimentId id, const Exporter& exporter,
                               const std::function<bool(std::string_view)>& write) {
  const auto exported = readers.lease()->exported_experiment(id);
  if (!exported) return tl::unexpected(exported.error());
  ExportWriter writer(origin_of(*exported, exporter), exported->schema);
  if (!write(writer.head()) || !write(writer.experiment(exported->row))) return {};
  for (const Json& row : exported->circumstances) {
    if (!write(writer.circumstances(row))) return {};
  }
  int64_t runs = 0;
  for (RunId after = 0;;) {
    const auto page = readers.lease()->exported_runs(id, after, kPage);
    if (!page) return tl::unexpected(page.error());
    if (page->empty()) break;
    for (const ExportedRun& run : *page) {
      if (!write(writer.run(run.row))) return {};
    }
    runs += static_cast<int64_t>(page->size());
    after = page->back().id;
  }
  if (runs != exported->runs) {
    return tl::unexpected(
        StoreError{StoreError::Kind::conflict, fmt::format("Experiment {} was deleted while it was exported.", id)});
  }
  write(writer.end());
  return {};
}

}  // namespace copybench
