#include "daemon/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <spdlog/logger.h>

#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "api/server.h"
#include "core/analysis/adaptive.h"
#include "core/base/log_event.h"
#include "core/base/signals.h"
#include "core/perf/capability.h"
#include "core/run/scheduler.h"
#include "core/store/reader_pool.h"
#include "core/store/store.h"
#include "daemon/data_directory.h"
#include "daemon/logging.h"
#include "daemon/service_manager.h"
#include "daemon/stage_hook.h"
#include "daemon/supervision.h"

namespace copybench {
namespace {

// Database connections for readers, leased for one query at a time: one for each of the API's workers, so that none waits for
// another's query, and some for the event streams.
const size_t kReaders = ApiOptions{}.workers + 4;

// The options were validated: each is ENGINE=FAULT.
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

std::string names_and_values(const std::vector<Setting>& settings) {
  std::vector<std::string> texts;
  for (const Setting& setting : settings) texts.push_back(fmt::format("{} = {}", setting.name, setting.value));
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, ", "));
}

// Applies the options, or changes nothing if it fails. Returns what has changed besides the settings themselves.
using Apply = std::function<Result<std::vector<Setting>>(const ServeOptions&)>;

// The change of the token by a reload, as a setting without its value; none if it is the same.
std::vector<Setting> token_change(const std::optional<AccessToken>& before, const std::optional<AccessToken>& now) {
  if (before == now) return {};
  return {{"token", !now ? "none any more" : before ? "another one" : "asked for from now on", "", true}};
}

// Applies the current configuration, as far as that is possible without a restart. Changes nothing if it is wrong. Reads the
// token file again, even if its name has not changed.
void reload(const Flags& flags, std::vector<Setting>& in_force, const Apply& apply, spdlog::logger& logger) {
  const auto fresh = read_serve_configuration(flags);
  const auto done = fresh ? apply(fresh->options) : Result<std::vector<Setting>>(tl::unexpected(fresh.error()));
  if (!done) {
    log_event(&logger, Severity::error, "reload_refused", {{"reason", done.error().message}},
              "the configuration stays as it is: " + done.error().message);
    return;
  }
  Changes changes = changes_between(in_force, fresh->settings);
  for (Setting& setting : in_force) {
    for (const Setting& applied : changes.to_apply) {
      if (applied.name == setting.name) setting = applied;
    }
  }
  changes.to_apply.insert(changes.to_apply.end(), done->begin(), done->end());
  const std::string applied = names_and_values(changes.to_apply);
  const std::string waiting = names_and_values(changes.to_restart_for);
  log_event(&logger, Severity::info, "reloaded", {{"applied", applied}, {"needs_restart", waiting}},
            fmt::format("the configuration was read again; applied: {}; needs a restart: {}", applied, waiting));
}

}  // namespace

Result<void> serve(const Flags& flags, ServeConfiguration configuration, Preparation preparation,
                   const std::shared_ptr<spdlog::logger>& logger) {
  const ServeOptions& options = configuration.options;
  const ServiceManager manager;
  // Before any thread exists, so that all threads block these signals and only this one handles them.
  auto signals = SignalFd::create({SIGINT, SIGTERM, SIGHUP});
  if (!signals) return tl::unexpected(signals.error());

  const std::filesystem::path& directory = preparation.data_directory;
  make_data_private();
  manager.status("checking the database in " + directory.string());
  auto store = Store::open(directory, advise);
  if (!store) return fail(store.error().message);
  const auto recovered = (*store)->recover();
  if (!recovered) {
    const StoreError& error = recovered.error();
    if (error.kind != StoreError::Kind::full && error.kind != StoreError::Kind::io) return fail(error.message);
    log_event(logger.get(), Severity::error, "recovery_postponed", {{"reason", error.message}},
              "what was under way when the daemon last ended stays as it was for now. " + error.message);
  } else if (*recovered > 0) {
    log_event(logger.get(), Severity::warning, "runs_recovered", {{"runs", *recovered}},
              fmt::format("{} runs were interrupted when the daemon last ended; they are measured again", *recovered));
  }
  auto readers = ReaderPool::open((*store)->database_path(), kReaders);
  if (!readers) return fail(readers.error().message);

  PerfProbe perf(options.perf);
  PerfReport perf_report;
  ChangeNotifier changed;
  ActivityCounter activity{0};
  // Children run this binary. The path is resolved here because perf starts some of them, and its /proc/self/exe is perf.
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail("the path of this program: " + error.message());
  if (!options.test_faults.empty()) {
    log_event(logger.get(), Severity::warning, "faults", {},
              "engines are slowed for tests: nothing measured here is true of this machine");
  }
  ExecutorOptions executor{program, StageLimits{}.scaled(options.limit_scale), stage_hook(options.stage_fd), faults_of(options)};
  const auto tell_status = [&manager](const std::string& status) { manager.status(status); };
  Scheduler scheduler({std::move(executor), logger, tell_status, retention_of(options)}, **store, perf, changed, activity);

  ApiOptions api_options;
  api_options.listen = options.listen;
  api_options.access = std::move(preparation.access);
  LimitOptions limits = options.limits;
  const auto fewer = fit_to_open_files(limits);
  if (!fewer) return tl::unexpected(fewer.error());
  if (!fewer->empty()) log_event(logger.get(), Severity::warning, "limits_reduced", {}, *fewer);
  apply_limits(limits, api_options);
  auto api = ApiServer::create(api_options, {**store, **readers, scheduler, perf_report, changed, activity, logger});
  auto address = api->bind();
  if (!address) return tl::unexpected(address.error());
  if (auto started = api->start(); !started) return started;
  const bool unix_socket = address->starts_with("unix:");
  const std::string url = unix_socket ? *address : "http://" + *address;
  if (api_options.access.token) {
    log_event(logger.get(), Severity::info, "token_asked", {{"public_read", api_options.access.public_read}},
              fmt::format("a token is asked for{}", api_options.access.public_read ? ", but not to read" : ""));
  }
  if (const std::string note = open_proxy_note(api_options.access); !note.empty()) {
    log_event(logger.get(), Severity::warning, "open_proxy", {}, note);
  }
  log_event(logger.get(), Severity::info, "listening", {{"address", url}, {"data_dir", directory.string()}},
            fmt::format("listening on {}, data in {}", url, directory.string()));
  manager.ready();

  perf_report.probe(perf);
  if (const auto& found = perf.availability(); !found.reason.empty()) {
    log_event(logger.get(), Severity::warning, "perf_limited", {{"reason", found.reason}, {"remedy", found.remedy}},
              fmt::format("perf: {}. {}", found.reason, found.remedy.empty() ? "" : "What helps: " + found.remedy));
  }
  if (auto started = scheduler.start(); !started) return started;

  std::optional<AccessToken> token = api_options.access.token;
  const auto apply = [&](const ServeOptions& fresh) -> Result<std::vector<Setting>> {
    auto rules = load_access(fresh.access);
    if (!rules) return tl::unexpected(rules.error());
    const std::optional<AccessToken> before = std::exchange(token, rules->token);
    if (auto set = api->set_access(std::move(*rules)); !set) {
      token = before;
      return tl::unexpected(set.error());
    }
    if (before && !token) {
      log_event(logger.get(), Severity::warning, "token_dropped", {{"address", url}},
                fmt::format("no token is asked for any more: everyone who reaches {} may now write and delete", url));
    }
    api->set_post_rates(fresh.limits.post_rates);
    scheduler.set_retention(retention_of(fresh));
    set_level(*logger, fresh.log_level);
    return token_change(before, token);
  };
  Supervised supervised;
  supervised.stalled = [&]() -> std::optional<std::string> {
    if (auto stalled = (*store)->stalled()) return stalled;
    return scheduler.stalled();
  };
  supervised.reload = [&] {
    manager.reloading();
    reload(flags, configuration.settings, apply, *logger);
    manager.ready();
  };
  const int signal = supervise(*signals, manager, supervised, logger);
  manager.stopping();
  log_event(logger.get(), Severity::info, "stopping", {{"signal", signal}}, fmt::format("stopping: signal {}", signal));
  api->stop();
  scheduler.stop();
  log_event(logger.get(), Severity::info, "stopped", {}, "stopped");
  return {};
}

}  // namespace copybench
