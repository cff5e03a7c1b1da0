// The client side of one run: `threads` connections to an engine, one thread each, and the marks of the window.
//
// run_load() is the process's main loop. With orders on stdin (core/wire/orders.h) it starts, opens, closes and finishes on
// order. Started by hand it does so by itself after warmup and duration. SIGINT and SIGTERM close an open window and report what
// was measured. Call it once, before any other thread exists.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/load/client.h"

namespace copybench {

struct LoadOptions {
  ClientOptions client;  // for every connection, except the token; the threads get its cpus in turn, one each
  uint32_t threads = 1;
  std::optional<double> messages_per_s;  // over all connections; for request_response only
  Nanoseconds warmup{};    // by hand only
  Nanoseconds duration{};  // by hand only
  bool take_orders = false;  // the first order is the run's token; without orders the token is all zeros
};

using LoadSink = std::function<void(const Json&)>;

// Fails if nothing could be measured: no connection, a failed verification, a broken connection. On success the report "result"
// has been made.
Result<void> run_load(const LoadOptions& options, const LoadSink& report);

}  // namespace copybench
