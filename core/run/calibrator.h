// Takes a calibration before an experiment's first run and after each of its runs, on the server's CPU, in a process of its
// own: some 50 ms between two runs, never in a window. A calibration that differs from this machine's earlier ones flags
// the run before it and the run after it.
//
// Threads: the scheduler's.
#pragma once

#include <optional>
#include <string>

#include "core/model/outcome.h"
#include "core/run/interruption.h"
#include "core/store/store.h"

namespace copybench {

class Calibrator {
 public:
  // The references must outlive it.
  Calibrator(std::string program, Store& store, Interruption& interruption)
      : program_(std::move(program)), store_(store), interruption_(interruption) {}

  // machine: machine_key() of the circumstances. The calibration after the last run also serves as the one before this run,
  // if both runs belong to one experiment.
  void before(const ClaimedRun& run, const std::string& machine);
  // Adds the calibrations to the result and, if the run completed, its flag. A calibration that fails is missing, with the
  // reason in the evidence; the run stays valid.
  void after(const ClaimedRun& run, RunResult& result);

 private:
  std::optional<CalibrationRecord> take(const ExperimentSpec& spec, bool before);

  const std::string program_;
  Store& store_;
  Interruption& interruption_;
  std::string machine_;
  std::optional<ExperimentId> experiment_;  // of last_
  std::optional<CalibrationRecord> last_;
  bool last_is_stored_ = false;
  bool judged_ = false;
  std::string problem_;
};

}  // namespace copybench
