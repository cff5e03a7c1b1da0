// Whether this daemon can measure, as GET /readyz tells it: a list of checks, each with what is wrong and what mends it.
// The state is "ready", "degraded" (runs are possible, with limits) or "not_ready". Pure but for read_readiness().
#pragma once

#include <string>
#include <vector>

#include "api/server.h"
#include "core/base/json.h"

namespace copybench {

struct ReadinessCheck {
  std::string name;
  bool needed = false;   // without it nothing can be measured, or not be stored
  std::string reason = {};  // why it is not well; empty: it is
  std::string remedy = {};  // what mends it, where that is known
  std::string note = {};    // of a machine's property, well or not: what the figures have to be read by
  std::string code = {};    // of a kind of checks; empty: the name

  bool ok() const { return reason.empty(); }
};

// By what the daemon knows and what the system says at once: nothing is spawned, written or waited for.
std::vector<ReadinessCheck> read_readiness(const ApiContext& context);

enum class Readiness { ready, degraded, not_ready };
Readiness readiness_of(const std::vector<ReadinessCheck>& checks);

// {"status", "checks": [{"code", "name", "ok", "needed", "reason", "remedy", "note"}]}
Json readiness_json(const std::vector<ReadinessCheck>& checks);

}  // namespace copybench
