#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "core/host/capabilities.h"
#include "core/load/load.h"
#include "core/model/plan.h"
#include "core/wire/orders.h"
#include "daemon/commands.h"
#include "daemon/worker_options.h"

namespace copybench {
namespace {

struct LoadCommandOptions {
  WorkerOptions worker;
  std::string host = "127.0.0.1";
  uint16_t port = 8080;
  double duration_s = 10;
  double warmup_s = 0.5;
};

std::string microseconds(const Json& ns) {
  return ns.is_null() ? "-" : fmt::format("{:.1f} us", ns.get<double>() / 1e3);
}

std::string load_report_as_text(const Json& report) {
  if (report["report"] == report::kReady) {
    return fmt::format("{} connections, {} bytes verified byte by byte. Measuring...", report["connections"].get<int>(),
                       report["verified_bytes"].get<uint64_t>());
  }
  if (report["report"] != report::kResult) return {};
  const Json& latency = report["latency"];
  return fmt::format(
      "{} Gbit/s of payload: {} bytes, {} messages in {:.3f} s\n"
      "latency: mean {}, p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
      report["throughput_gbps"].is_null() ? "-" : fmt::format("{:.3f}", report["throughput_gbps"].get<double>()),
      report["bytes"].get<uint64_t>(), report["messages"].get<uint64_t>(),
      static_cast<double>(report["window_ns"].get<int64_t>()) / 1e9, microseconds(latency["mean_ns"]),
      microseconds(latency["p50_ns"]), microseconds(latency["p90_ns"]), microseconds(latency["p99_ns"]),
      microseconds(latency["p999_ns"]), microseconds(latency["max_ns"]));
}

int run_load_command(const LoadCommandOptions& options) {
  const auto failed = [&](const Error& error) { return worker_failed(options.worker, "load", error); };
  const auto misused = [&](const Error& error) { return worker_failed(options.worker, "load", error, 2); };
  if (auto kept = keep_capabilities({}); !kept) return failed(kept.error());
  LoadOptions load;
  load.client.host = options.host;
  load.client.port = options.port;
  load.client.field_bytes = options.worker.field_bytes;
  load.client.pattern = options.worker.settings.pattern;
  load.client.receive = options.worker.settings.receive;
  load.client.socket = options.worker.socket();
  load.threads = options.worker.threads;
  load.messages_per_s = options.worker.settings.messages_per_s;
  load.duration = from_seconds(options.duration_s);
  load.warmup = from_seconds(options.warmup_s);
  load.take_orders = options.worker.orders;
  // CLI11's Range accepts "nan".
  if (!std::isfinite(options.duration_s) || !std::isfinite(options.warmup_s)) {
    return misused({"--duration and --warmup are numbers of seconds"});
  }
  if (!std::isfinite(options.worker.settings.messages_per_s.value_or(1))) return misused({"--rate is a number of messages per second"});
  if (options.worker.settings.messages_per_s && load.client.pattern != Pattern::request_response) {
    return misused({"--rate goes with --pattern request_response: a stream is paced by its engine"});
  }
  if (auto cpus = worker_cpus(options.worker); cpus) {
    load.client.cpus = *cpus;
  } else {
    return misused(cpus.error());
  }
  if (auto done = run_load(load, make_reporter(options.worker, load_report_as_text)); !done) return failed(done.error());
  return 0;
}

}  // namespace

void add_load_command(CLI::App& app, CommandResult done) {
  auto options = std::make_shared<LoadCommandOptions>();
  auto* command = app.add_subcommand("load", "The client side of one run: receives messages from an engine and measures");
  command->add_option("--host", options->host, "Name or address of the engine's host")->capture_default_str();
  command->add_option("--port", options->port, "The engine's TCP port")->check(CLI::Range(1, 65535))->capture_default_str();
  command->add_option("--duration", options->duration_s, "Seconds of the measured window")
      ->check(CLI::Range(Limits::kMinDurationS, Limits::kMaxDurationS))
      ->capture_default_str();
  command->add_option("--warmup", options->warmup_s, "Seconds before it")
      ->check(CLI::Range(0.0, Limits::kMaxWarmupS))
      ->capture_default_str();
  add_worker_options(*command, options->worker, GoesTo::load);
  command->callback([options, done] { done(run_load_command(*options)); });
}

}  // namespace copybench
