// The server side of one run: a separate process, so that perf counts only it, and a crash ends only one run.
//
// run_engine() is the process's main loop: it listens, serves each accepted client in a thread, executes the orders on stdin
// (core/wire/orders.h), and ends cleanly on SIGINT and SIGTERM. Call it once, before any other thread exists: it blocks
// those signals for the whole process.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/socket.h"
#include "core/engine/slowdown.h"
#include "core/model/names.h"

namespace copybench {

struct EngineOptions {
  EngineMode mode{};
  std::string host = "127.0.0.1";  // address to listen on
  uint16_t port = 0;               // 0: the kernel chooses
  uint64_t field_bytes = 0;
  uint32_t threads = 1;  // connections served at once
  StreamSocketOptions socket;
  std::vector<int> cpus;  // threads are bound to these in turn, one CPU each; empty: not bound
  std::optional<uint32_t> ring_messages;  // message buffers per connection; none: the mode's default
  bool take_orders = false;  // the first order is the run's token; without orders the token is all zeros
  bool reuse_early = false;  // for tests, see SendPathOptions
  std::optional<Slowdown> slowdown;  // for tests
};

constexpr uint16_t default_port(EngineMode mode) { return static_cast<uint16_t>(8080 + static_cast<int>(mode)); }

// Receives each report as it is made, beginning with "ready" and ending with "result".
using ReportSink = std::function<void(const Json&)>;

Result<void> run_engine(const EngineOptions& options, const ReportSink& report);

}  // namespace copybench
