// The outcome of a run. A variant that is visited exhaustively, never a bool with a message.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/json.h"
#include "core/model/calibration.h"
#include "core/model/figures.h"
#include "core/model/profile.h"
#include "core/model/run_flag.h"

namespace copybench {

struct Completed {
  RunFigures figures;
};
// The measurement is void: a child died, a check failed, a mark did not come. reason names the step and quotes the child's
// last output.
struct Failed {
  std::string reason;
};
// The run did not end within the deadline that follows from its spec.
struct TimedOut {
  std::string reason;
};
struct Cancelled {};
// The run is to be measured again: the daemon is stopping, or the machine was suspended within the window.
struct Interrupted {
  std::string reason;
};

using RunOutcome = std::variant<Completed, Failed, TimedOut, Cancelled, Interrupted>;

// An outcome with what was recorded until then, for every outcome.
struct RunResult {
  RunOutcome outcome;
  Json evidence = Json::object();  // see core/run/evidence.h for its shape
  std::string perf_raw = {};       // what perf printed, verbatim; empty without perf
  std::optional<RunProfile> profile = std::nullopt;  // of a profile run
  std::vector<CalibrationRecord> calibrations = {};
  std::vector<RunFlag> flags = {};  // why the figures are doubtful; of a completed run only
};

}  // namespace copybench
