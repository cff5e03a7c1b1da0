// The runs that an experiment still needs, as results show it. The store asks for them in the transaction that ends a run, so
// that an experiment and its next runs are stored together or not at all; it knows no statistics itself.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/json.h"
#include "core/model/records.h"
#include "core/model/spec.h"

namespace copybench {

struct Advice {
  std::vector<PlannedRun> next;  // to be queued once every run planned so far has ended; none: the experiment is done
  int64_t runs_at_most = 0;      // of the whole experiment, by what is known now
  // Codes and numbers, as the API shows them: {"repeats": {"state", "configurations", "interval_reached", "cap_reached",
  // "given_up"}}, or {"crossover": see crossover_json.h}.
  Json findings = Json::object();
};

// `ended`: in the order of their ends, without interrupted ones. Called for adaptive specs only. Pure; see analysis/adaptive.h.
using Advise = std::function<Advice(const ExperimentSpec& spec, const std::vector<SummaryInput>& ended)>;

}  // namespace copybench
