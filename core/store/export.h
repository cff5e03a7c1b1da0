// An experiment as the lines of an export, for whoever carries them: the API or the command.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/model/export_file.h"
#include "core/store/reader.h"

namespace copybench {

// Who exports: for experiments that were measured here.
struct Exporter {
  std::string host;  // used where the experiment's circumstances do not name it
  std::string copybench;
};

// Writes line by line, with a reader of its own for each page, so that a slow `write` keeps none from others. False from
// `write` ends it. not_found; conflict: it has not ended, or was deleted meanwhile: then the lines so far are no export.
StoreResult<void> write_export(ReaderPool& readers, ExperimentId id, const Exporter& exporter,
                               const std::function<bool(std::string_view)>& write);

}  // namespace copybench
