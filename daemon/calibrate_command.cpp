#include <fmt/format.h>

#include <memory>

#include "core/host/calibrate.h"
#include "core/host/capabilities.h"
#include "core/host/cpu_set.h"
#include "core/wire/orders.h"
#include "daemon/commands.h"
#include "daemon/terminal.h"
#include "daemon/worker_options.h"

namespace copybench {
namespace {

int run_calibrate(const WorkerOptions& options) {
  const auto failed = [&](const Error& error) { return worker_failed(options, "calibrate", error); };
  const auto misused = [&](const Error& error) { return worker_failed(options, "calibrate", error, 2); };
  if (auto kept = keep_capabilities({}); !kept) return failed(kept.error());
  const auto cpus = worker_cpus(options);
  if (!cpus) return misused(cpus.error());
  if (!cpus->empty()) {
    if (auto pinned = pin_this_thread(*cpus); !pinned) return misused(pinned.error());
  }
  const auto calibration = calibrate();
  if (!calibration) return failed(calibration.error());
  Json report = to_json(*calibration);
  report["report"] = report::kResult;
  say("{}\n", report.dump());
  return 0;
}

}  // namespace

void add_calibrate_command(CLI::App& app, CommandResult done) {
  auto options = std::make_shared<WorkerOptions>();
  auto* command = app.add_subcommand("calibrate", "What this machine can do now: memcpy, a system call, a round trip");
  command->add_option("--cpus", options->cpus, "Run on these CPUs, as in 0-3,8");
  command->callback([options, done] { done(run_calibrate(*options)); });
}

}  // namespace copybench
