// An experiment as the lines of an export, for whoever carries them: the API or the command.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/export_file.h"
#include "core/store/reader.h"

namespace copybench {

// Who exports: for experiments that were measured here.
struct Exporter {
  std::string host;  // used where the experiment's circumstances do not name it
  std::string copybench;
};

// Makes the lines a piece at a time, with a reader leased for each piece, so that whoever is slow keeps none from others.
// Threads: one at a time.
class ExportPieces {
 public:
  ExportPieces(ReaderPool& readers, ExperimentId id, Exporter exporter)
      : readers_(readers), id_(id), exporter_(std::move(exporter)) {}

  // Appends the next lines: first all but the runs, then some runs each time. False once the last line is there.
  // not_found; conflict: it has not ended, or was deleted meanwhile: then the lines so far are no export.
  StoreResult<bool> next(std::string& out);

 private:
  ReaderPool& readers_;
  const ExperimentId id_;
  const Exporter exporter_;
  std::optional<ExportWriter> writer_;  // once the first piece is made
  std::vector<uint32_t> finished_as_;
  size_t runs_ = 0;  // that were made
  RunId after_ = 0;
};

// All pieces one after another. False from `write` ends it. Errors as ExportPieces has them.
StoreResult<void> write_export(ReaderPool& readers, ExperimentId id, const Exporter& exporter,
                               const std::function<bool(std::string_view)>& write);

}  // namespace copybench
