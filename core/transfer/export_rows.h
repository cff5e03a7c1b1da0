// Reads an experiment's rows for an export.
//
// The columns of the tables define the file format: what a later schema adds to an experiment, its circumstances or its
// runs is transferred without a change here. A run includes its calibrations. Ids are not transferred; a run's place in the
// order of ends is its `finished_as`.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/json.h"
#include "core/database/connection.h"
#include "core/model/records.h"
#include "core/store/reader.h"

namespace copybench {

struct ExportedExperiment {
  ExperimentRecord record;
  Json row;
  std::vector<Json> circumstances;
  std::vector<uint32_t> finished_as;  // of each run, in the order of id: its place in the order of ends, from 1
  int64_t schema = 0;
};
struct ExportedRun {
  RunId id = 0;
  Json row;
};

// Inside DatabaseConnection::attempt. not_found; conflict: it has not ended.
StoreResult<ExportedExperiment> export_experiment(DatabaseConnection& connection, ExperimentId id);

// Runs with ids above `after`, in the order of id: one for each element of `finished_as`, which is that part of the
// experiment's.
std::vector<ExportedRun> export_runs(DatabaseConnection& connection, ExperimentId id, RunId after,
                                     std::span<const uint32_t> finished_as);

// The same with a reader's connection.
StoreResult<ExportedExperiment> export_experiment(Reader& reader, ExperimentId id);
StoreResult<std::vector<ExportedRun>> export_runs(Reader& reader, ExperimentId id, RunId after,
                                                  std::span<const uint32_t> finished_as);

}  // namespace copybench
