// What this machine can measure, and for each obstacle the command that mends it. Looks at everything anew: perf is
// asked for the default events, zero-copy is tried by one real send over loopback. Takes some 50 ms and changes nothing.
#pragma once

#include <iosfwd>

namespace copybench {

// Writes the report to `out`: a line for each check, `ok`, `limited` or `missing`; with `json` one JSON object of the
// same content: {"runs_possible", "checks" (core/perf/machine_checks.h), "perf", "zerocopy", "system"}.
// Returns the exit status: 0 where runs are possible, with limits or without, else 1.
int run_doctor(bool json, std::ostream& out);

}  // namespace copybench
