// Options that `engine` and `load` have in common, and how both report.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/socket.h"
#include "core/model/request_fields.h"

namespace copybench {

struct WorkerOptions {
  uint64_t field_bytes = 1024;
  uint32_t threads = 1;
  std::string cpus;  // the kernel's list format; empty: any
  std::string format = "auto";
  bool orders = false;

  ExperimentSpec settings;  // those that go to the command

  StreamSocketOptions socket() const { return {settings.socket_buffer_bytes, settings.tcp_nodelay}; }
};

// child: engine or load; the request fields that go to it become options.
void add_worker_options(CLI::App& command, WorkerOptions& options, GoesTo child);

// The option that needs more than CLI11's checks. Errors name it.
Result<std::vector<int>> worker_cpus(const WorkerOptions& options);

// Writes JSON lines to stdout, or on a terminal the text that `as_text` makes of them (an empty text prints nothing). With orders
// a failed write is ignored: if nobody reads stdout any more, the orders end too, which ends the process. Without orders the exit
// status reports it (terminal.h).
using Reporter = std::function<void(const Json&)>;
Reporter make_reporter(const WorkerOptions& options, std::function<std::string(const Json&)> as_text);

// Reports why a worker failed, on stderr and, with orders, as its last report. Returns `status`: 1, or 2 if the command line is
// wrong.
int worker_failed(const WorkerOptions& options, const std::string& command, const Error& error, int status = 1);

}  // namespace copybench
