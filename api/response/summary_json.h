// An experiment's runs -> the JSON text of its summary: configurations with the spread of each figure, engines at their peak.
// Writes text, one configuration after another: the text of 10,000 configurations takes tens of MB, a JSON tree 300 MB.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/analysis/summary.h"
#include "core/model/records.h"
#include "core/store/reader_pool.h"

namespace copybench {

// Makes the summary in pieces of up to about 1 MB and leases a reader for each piece. Keeps which runs belong to which
// configuration, but not their figures. Threads: one at a time.
class SummaryPieces {
 public:
  // `ended`: in the order in which the runs ended.
  SummaryPieces(ReaderPool& readers, ExperimentRecord record, std::span<const EndedRun> ended);

  size_t configurations() const { return order_.parts.size(); }
  // Appends the next piece. False: it was the last one. not_found: the experiment was deleted in the meantime.
  StoreResult<bool> next(std::string& out);

 private:
  StoreResult<void> append_configurations(std::string& out);
  std::string end() const;

  ReaderPool& readers_;
  const ExperimentRecord record_;
  const SummaryOrder order_;
  Summarizer summarizer_;
  size_t parts_ = 0;  // written parts of order_; runs_: their runs
  size_t runs_ = 0;
};

}  // namespace copybench
