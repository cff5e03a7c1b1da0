// An experiment's runs -> the JSON text of its summary: configurations with the spread of each figure, engines at their peak.
// Text, one configuration after another: that of 10,000 configurations has tens of MB, and its values would take 300 MB.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/model/records.h"
#include "core/model/summary.h"
#include "core/store/reader.h"

namespace copybench {

// Makes it a piece of up to some 1 MB at a time, with a reader leased for each: it keeps which runs belong together, and not
// what they measured. Threads: one at a time.
class SummaryPieces {
 public:
  // `ended` in the order of their ends.
  SummaryPieces(ReaderPool& readers, ExperimentRecord record, std::span<const EndedRun> ended);

  size_t configurations() const { return order_.parts.size(); }
  // Appends the next piece. False: it was the last one. not_found: the experiment was deleted meanwhile.
  StoreResult<bool> next(std::string& out);

 private:
  StoreResult<void> append_configurations(std::string& out);
  std::string end() const;

  ReaderPool& readers_;
  const ExperimentRecord record_;
  const SummaryOrder order_;
  Summarizer summarizer_;
  size_t parts_ = 0;  // of the order, that were made; and their runs
  size_t runs_ = 0;
};

}  // namespace copybench
