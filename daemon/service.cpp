#include "daemon/service.h"

#include <poll.h>
#include <signal.h>
#include <spdlog/logger.h>

#include <filesystem>
#include <system_error>

#include "api/server.h"
#include "core/base/signals.h"
#include "core/perf/capability.h"
#include "core/run/scheduler.h"
#include "core/store/reader.h"
#include "core/store/store.h"
#include "daemon/data_directory.h"
#include "daemon/stage_hook.h"

namespace copybench {
namespace {

// Connections for readers: the API's workers and event streams lease one for a query at a time.
constexpr size_t kReaders = 4;

// Of options that were checked: ENGINE=FAULT.
std::map<EngineMode, std::string> faults_of(const ServeOptions& options) {
  std::map<EngineMode, std::string> faults;
  for (const std::string& text : options.test_faults) {
    const size_t equals = text.find('=');
    if (const auto engine = from_name<EngineMode>(std::string_view(text).substr(0, equals))) {
      faults[*engine] = text.substr(equals + 1);
    }
  }
  return faults;
}

RetentionPolicy retention_of(const ServeOptions& options) {
  RetentionPolicy policy;
  if (options.retention_days > 0) policy.age = std::chrono::days(options.retention_days);
  if (options.retention_size > 0) policy.bytes = static_cast<int64_t>(options.retention_size);
  return policy;
}

}  // namespace

Result<void> serve(const ServeOptions& options, const std::shared_ptr<spdlog::logger>& logger) {
  // Before any thread exists, so that all of them leave these signals to this one.
  auto signals = SignalFd::create({SIGINT, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());

  auto access = load_access(options.access);
  if (!access) return tl::unexpected(std::move(access.error()));

  std::filesystem::path directory = options.data_directory;
  if (directory.empty()) {
    auto chosen = default_data_directory();
    if (!chosen) return tl::unexpected(chosen.error());
    directory = *chosen;
  }
  auto store = Store::open(directory);
  if (!store) return fail(store.error().message);
  const auto recovered = (*store)->recover();
  if (!recovered) return fail(recovered.error().message);
  if (*recovered > 0) logger->warn("{} runs were interrupted when the daemon last ended; they are measured again", *recovered);
  auto readers = ReaderPool::open((*store)->database_path(), kReaders);
  if (!readers) return fail(readers.error().message);

  PerfProbe perf(options.perf);
  PerfReport perf_report;
  ChangeSignal changed;
  ActivityCounter activity{0};
  // Children are started from this very binary, also by perf, for which /proc/self/exe would be perf.
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail("the path of this program: " + error.message());
  if (!options.test_faults.empty()) logger->warn("engines are slowed for tests: nothing measured here is true of this machine");
  ExecutorOptions executor{program, StageLimits{}.scaled(options.limit_scale), stage_hook(options.stage_fd), faults_of(options)};
  Scheduler scheduler({std::move(executor), logger, retention_of(options)}, **store, perf, changed, activity);

  ApiOptions api_options;
  api_options.listen = options.listen;
  api_options.access = std::move(*access);
  LimitOptions limits = options.limits;
  if (const std::string fewer = fit_to_open_files(limits); !fewer.empty()) logger->warn(fewer);
  apply_limits(limits, api_options);
  auto api = ApiServer::create(api_options, {**store, **readers, scheduler, perf_report, changed, activity, logger});
  auto address = api->bind();
  if (!address) return tl::unexpected(address.error());
  api->start();
  const bool unix_socket = address->starts_with("unix:");
  if (api_options.access.token) {
    logger->info("a token is asked for{}", api_options.access.public_read ? ", but not to read" : "");
  }
  logger->info("listening on {}{}, data in {}", unix_socket ? "" : "http://", *address, directory.string());

  perf_report.probe(perf);
  if (const auto& found = perf.availability(); !found.reason.empty()) {
    logger->warn("perf: {}. {}", found.reason, found.remedy.empty() ? "" : "What helps: " + found.remedy);
  }
  if (auto started = scheduler.start(); !started) return started;

  pollfd signalled{signals->fd(), POLLIN, 0};
  while (::poll(&signalled, 1, -1) <= 0) {
  }
  logger->info("stopping: signal {}", signals->take().value_or(0));
  api->stop();
  scheduler.stop();
  logger->info("stopped");
  return {};
}

}  // namespace copybench
