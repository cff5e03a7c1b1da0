// Converts the daemon's limits for clients from its options into the API's.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "api/server.h"

namespace copybench {

struct LimitOptions {
  size_t max_connections = ApiOptions{}.max_connections;
  int64_t max_queued = ApiOptions{}.max_queued;
  size_t max_event_streams = ApiOptions{}.event_streams;
  uint64_t max_request_bytes = ApiOptions{}.max_body_bytes;
  double request_timeout_s = 5;
  PostRates post_rates;
};

void add_limit_options(CLI::App& command, LimitOptions& options);

void apply_limits(const LimitOptions& limits, ApiOptions& options);

// Raises this process's limit of open files to its maximum, since connections count as files. If that is too low for
// max_connections, lowers max_connections and returns a sentence for the log, otherwise empty text. Fails if too few are left to
// measure anything.
Result<std::string> fit_to_open_files(LimitOptions& limits);

}  // namespace copybench
