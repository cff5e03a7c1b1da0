#include <fmt/format.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <memory>

#include "core/engine/engine.h"
#include "core/host/capabilities.h"
#include "core/wire/orders.h"
#include "daemon/commands.h"
#include "daemon/worker_options.h"

namespace copybench {
namespace {

constexpr std::string_view kSlowdown = "burn:";

struct EngineCommandOptions {
  WorkerOptions worker;
  std::string mode;
  std::string host = "127.0.0.1";
  std::optional<uint16_t> port;
  std::optional<uint32_t> ring_messages;
  std::string fault;
};

std::string engine_report_as_text(const Json& report) {
  if (report["report"] == report::kReady) {
    return fmt::format("{} engine listens on {} port {}: messages of {} bytes (8 fields of {}), up to {} connections.\n"
                       "Ctrl-C ends it and prints the totals.",
                       report["engine"].get<std::string>(), report["host"].get<std::string>(), report["port"].get<int>(),
                       report["message_bytes"].get<uint64_t>(), report["field_bytes"].get<uint64_t>(),
                       report["threads"].get<int>());
  }
  if (report["report"] != report::kResult) return {};
  const Json& totals = report["totals"];
  std::string text = fmt::format(
      "\n{} connections served, {} messages, {} bytes; {:.3f} s of CPU; {} connections that greeted wrongly or not at all, {} refused.",
      report["connections_served"].get<int>(), totals.value("messages", 0LL), totals.value("bytes", 0LL),
      static_cast<double>(report["cpu_ns"].get<int64_t>()) / 1e9, report["strangers"].get<int>(),
      report["refused"].get<int>());
  if (totals.contains("zerocopy_sends")) {
    text += fmt::format("\nzero-copy: {} sends, {} completions, {} of them copied by the kernel, {} ENOBUFS.",
                        totals["zerocopy_sends"].get<int64_t>(), totals["zerocopy_completions"].get<int64_t>(),
                        totals["zerocopy_copied"].get<int64_t>(), totals["zerocopy_enobufs"].get<int64_t>());
  }
  if (report["last_problem"].is_string()) text += fmt::format("\n{}.", report["last_problem"].get<std::string>());
  for (const Json& connection : report["connections"]) {
    for (const char* key : {"problem", "memory_lock_problem"}) {
      if (connection[key].is_string()) text += fmt::format("\nA connection: {}.", connection[key].get<std::string>());
    }
  }
  return text;
}

int run_engine_command(const EngineCommandOptions& options) {
  const auto failed = [&](const Error& error) { return worker_failed(options.worker, "engine", error); };
  const auto misused = [&](const Error& error) { return worker_failed(options.worker, "engine", error, 2); };
  // For the message buffers, and, if started by hand, for a port below 1024.
  const auto kept = options.worker.orders ? keep_capabilities({CAP_IPC_LOCK})
                                          : keep_capabilities({CAP_IPC_LOCK, CAP_NET_BIND_SERVICE});
  if (!kept) return failed(kept.error());
  EngineOptions engine;
  engine.mode = *from_name<EngineMode>(options.mode);
  engine.host = options.host;
  engine.port = options.port.value_or(default_port(engine.mode));
  engine.field_bytes = options.worker.field_bytes;
  engine.threads = options.worker.threads;
  engine.socket = options.worker.socket();
  engine.ring_messages = options.ring_messages;
  engine.take_orders = options.worker.orders;
  if (options.fault == "reuse_early") {
    engine.reuse_early = true;
  } else if (options.fault.starts_with(kSlowdown)) {
    const auto slowdown = parse_slowdown(std::string_view(options.fault).substr(kSlowdown.size()));
    if (!slowdown) return misused(slowdown.error());
    engine.slowdown = *slowdown;
  } else if (!options.fault.empty()) {
    return misused(Error{"--fault: allowed are reuse_early and burn:..."});
  }
  if (auto cpus = worker_cpus(options.worker); cpus) {
    engine.cpus = *cpus;
  } else {
    return misused(cpus.error());
  }
  if (engine.take_orders) {
    // Under perf this process is perf's child, not the daemon's. It must end if perf dies, and it must close perf's control
    // channel, which it inherits.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
  }
  if (auto done = run_engine(engine, make_reporter(options.worker, engine_report_as_text)); !done) return failed(done.error());
  return 0;
}

}  // namespace

void add_engine_command(CLI::App& app, CommandResult done) {
  auto options = std::make_shared<EngineCommandOptions>();
  auto* command = app.add_subcommand("engine", "The server side of one run: sends messages by one of the copy modes");
  command->add_option("mode", options->mode, "two_copy, one_copy or zero_copy")
      ->required()
      ->check(CLI::IsMember({"two_copy", "one_copy", "zero_copy"}));
  command->add_option("--host", options->host, "Address to listen on; 0.0.0.0 for every one")->capture_default_str();
  command->add_option("--port", options->port, "TCP port, 0 for a free one [8080, 8081, 8082 by mode]")
      ->check(CLI::Range(0, 65535));
  add_worker_options(*command, options->worker, GoesTo::engine);
  command
      ->add_option("--ring-messages", options->ring_messages,
                   "Message buffers a connection, used in turn [1; zero_copy: as many as may be in flight]")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--fault", options->fault, "For tests: reuse_early, which the verification must find, or burn:...")
      ->group("");
  command->callback([options, done] { done(run_engine_command(*options)); });
}

}  // namespace copybench
