// Writes an experiment as the lines of an export, for the API and for the command line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/reader_pool.h"
#include "core/transfer/export_file.h"

namespace copybench {

// The exporting host, for experiments that were measured here.
struct Exporter {
  std::string host;  // used if the experiment's circumstances do not name it
  std::string copybench;
};

// Creates the lines in pieces. Each piece leases a reader of its own, so that a slow client does not keep a reader from
// others.
// Threads: one at a time.
class ExportPieces {
 public:
  ExportPieces(ReaderPool& readers, ExperimentId id, Exporter exporter)
      : readers_(readers), id_(id), exporter_(std::move(exporter)) {}

  // Appends the next lines: first all but the runs, then some runs in each call. False once the last line is appended.
  // not_found; conflict: the experiment has not ended, or was deleted meanwhile. Then the lines so far are no export.
  StoreResult<bool> next(std::string& out);

 private:
  ReaderPool& readers_;
  const ExperimentId id_;
  const Exporter exporter_;
  std::optional<ExportWriter> writer_;  // set by the first piece
  std::vector<uint32_t> finished_as_;
  size_t runs_ = 0;  // written so far
  RunId after_ = 0;
};

// Writes all pieces. Stops if `write` returns false. Errors as in ExportPieces.
StoreResult<void> write_export(ReaderPool& readers, ExperimentId id, const Exporter& exporter,
                               const std::function<bool(std::string_view)>& write);

}  // namespace copybench
