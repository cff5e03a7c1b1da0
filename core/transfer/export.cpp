#include "core/transfer/export.h"
#include "core/transfer/export_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace copybench {
namespace {

constexpr size_t kPage = 20;  // runs of some 10 KiB each

// The text of the named fact in the circumstances that were gathered last.
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
    origin = *exported.record.origin;  // an export of an import keeps the machine that measured it
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

StoreResult<bool> ExportPieces::next(std::string& out) {
  if (!writer_) {
    auto exported = export_experiment(*readers_.lease(), id_);
    if (!exported) return tl::unexpected(exported.error());
    writer_.emplace(origin_of(*exported, exporter_), exported->schema);
    finished_as_ = std::move(exported->finished_as);
    out.append(writer_->head()).append(writer_->experiment(exported->row));
    for (const Json& row : exported->circumstances) out += writer_->circumstances(row);
    return true;
  }
  const auto left = std::span<const uint32_t>(finished_as_).subspan(runs_);
  if (left.empty()) {
    out += writer_->end();
    return false;
  }
  const auto wanted = left.first(std::min(left.size(), kPage));
  const auto page = export_runs(*readers_.lease(), id_, after_, wanted);
  if (!page) return tl::unexpected(page.error());
  if (page->size() < wanted.size()) {
    return tl::unexpected(
        StoreError{StoreError::Kind::conflict, fmt::format("Experiment {} was deleted while it was exported.", id_)});
  }
  for (const ExportedRun& run : *page) out += writer_->run(run.row);
  runs_ += page->size();
  after_ = page->back().id;
  return true;
}

StoreResult<void> write_export(ReaderPool& readers, ExperimentId id, const Exporter& exporter,
                               const std::function<bool(std::string_view)>& write) {
  ExportPieces pieces(readers, id, exporter);
  for (;;) {
    std::string lines;
    const auto more = pieces.next(lines);
    if (!more) return tl::unexpected(more.error());
    if (!write(lines) || !*more) return {};
  }
}

}  // namespace copybench
