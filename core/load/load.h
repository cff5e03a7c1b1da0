// The client side of one run: `threads` connections to an engine, a thread each, and the marks of the window.
//
// run_load() is the process's main loop. Given orders on stdin (core/wire/orders.h) it starts, opens, closes and finishes
// as told; by hand it does so by itself after warmup and duration. SIGINT and SIGTERM close the window where it is and
// report what was measured. Call it once, before any other thread exists.
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
  ClientOptions client;  // for every connection, but for the token; its cpus are dealt to the threads in turn, one each
  uint32_t threads = 1;
  std::optional<double> messages_per_s;  // over all connections; of request_response only
  Nanoseconds warmup{};    // by hand only
  Nanoseconds duration{};  // by hand only
  bool take_orders = false;  // the first of which is the run's token; without it the token is all zeros
};

using LoadSink = std::function<void(const Json&)>;

// An error where no measurement came about: no connection, a failed verification, a connection that broke. The report
// "result" has been made where there is none.
Result<void> run_load(const LoadOptions& options, const LoadSink& report);

}  // namespace copybench
