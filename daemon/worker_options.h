// Options that `engine` and `load` have in common, and how both report.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/socket.h"

namespace copybench {

struct WorkerOptions {
  uint64_t field_bytes = 1024;
  uint32_t threads = 1;
  std::optional<uint64_t> socket_buffer_bytes;
  bool tcp_nodelay = false;
  std::string cpus;  // the kernel's list format; empty: any
  std::string format = "auto";
  bool orders = false;

  StreamSocketOptions socket() const { return {socket_buffer_bytes, tcp_nodelay}; }
};

void add_worker_options(CLI::App& command, WorkerOptions& options);

// The parts that need more than CLI11's checks. Errors name the option.
Result<std::vector<int>> worker_cpus(const WorkerOptions& options);

// JSON lines to stdout, or, on a terminal, what `as_text` makes of them (an empty text prints nothing). Under orders a
// stdout that nobody reads any more ends the process by the end of the orders; by hand the exit status tells of it
// (terminal.h).
using Reporter = std::function<void(const Json&)>;
Reporter make_reporter(const WorkerOptions& options, std::function<std::string(const Json&)> as_text);

// Tells why a worker failed, on stderr and, to whoever gives it orders, as its last report. Returns `status`: 1, or 2 where the
// command line is wrong.
int worker_failed(const WorkerOptions& options, const std::string& command, const Error& error, int status = 1);

}  // namespace copybench
