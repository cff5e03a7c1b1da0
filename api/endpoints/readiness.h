// Whether this daemon can measure, for GET /readyz: a list of checks, each with what is wrong and the remedy. The state is
// "ready", "degraded" (runs are possible, with limits) or "not_ready". Pure except for read_readiness().
#pragma once

#include <string>
#include <vector>

#include "api/endpoints/context.h"
#include "core/base/json.h"

namespace copybench {

struct ReadinessCheck {
  std::string name;
  bool needed = false;   // if it fails, nothing can be measured or stored
  std::string reason = {};  // why it fails; empty: it passes
  std::string remedy = {};  // what helps, if known
  std::string note = {};    // a property of the machine that matters for reading the figures, whether or not the check passes
  std::string code = {};    // common to checks of one kind; empty: the name

  bool ok() const { return reason.empty(); }
};

// Uses only what the daemon knows and what the system reports at once: spawns, writes and waits for nothing.
std::vector<ReadinessCheck> read_readiness(const ApiContext& context);

enum class Readiness { ready, degraded, not_ready };
Readiness readiness_of(const std::vector<ReadinessCheck>& checks);

// {"status", "checks": [{"code", "name", "ok", "needed", "reason", "remedy", "note"}]}
Json readiness_json(const std::vector<ReadinessCheck>& checks);

}  // namespace copybench
