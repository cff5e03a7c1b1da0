// Reports what this machine can measure, and for each obstacle the command that fixes it. Probes everything again: runs perf with
// the default events, and tries zero-copy by one real send over loopback. Takes some 50 ms and changes nothing.
#pragma once

#include <iosfwd>

namespace copybench {

// Writes the report to `out`: a line for each check, `ok`, `limited` or `missing`; with `json` one JSON object of the
// same content: {"runs_possible", "checks" (core/perf/machine_checks.h), "perf", "zerocopy", "system"}.
// Returns the exit status: 0 if runs are possible, with limits or without, else 1.
int run_doctor(bool json, std::ostream& out);

}  // namespace copybench
