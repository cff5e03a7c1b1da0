// The endpoints' dependencies. All of them outlive the endpoints.
#pragma once

#include <cstdint>
#include <memory>

#include "api/endpoints/perf_report.h"
#include "core/base/change_notifier.h"
#include "core/run/activity.h"
#include "core/run/scheduler.h"
#include "core/store/reader_pool.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

constexpr int64_t kDefaultMaxQueued = 1000;

struct ApiContext {
  Store& store;
  ReaderPool& readers;
  Scheduler& scheduler;
  const PerfReport& perf;  // the daemon's start fills it, possibly after start()
  ChangeNotifier& changed;   // stop() closes it, so that event streams end
  ActivityCounter& activity;
  std::shared_ptr<spdlog::logger> logger;
  int64_t max_queued = kDefaultMaxQueued;  // the server overwrites it from its options
};

}  // namespace copybench
