#include "core/model/stored_shapes.h"

#include <array>
#include <string_view>

#include "core/model/figures.h"
#include "core/model/limits.h"
#include "core/model/names.h"

namespace copybench {
namespace {

using Limit = StoredLimits;
using Members = std::vector<Shape::Member>;

constexpr size_t kMaxBuckets = 40'000;      // a histogram has 33,792 at most
constexpr size_t kMaxSamples = 100'000;     // ten a second of the longest window are 36,000
constexpr size_t kMaxConnections = Limits::kMaxThreads;
constexpr size_t kMaxCounters = Limits::kMaxEvents;
constexpr size_t kMaxSymbols = 10'000;

Shape count() { return Shape::whole(0, Limit::kMaxCount); }
Shape words() { return Shape::text(Limit::kMaxTextBytes); }

Shape later(Shape shape) { return shape.or_null().optional(); }

// The kernel may set a counter back in between (iowait), so a difference may be below 0.
Members differences(std::initializer_list<const char*> keys) {
  Members members;
  for (const char* key : keys) members.push_back({key, later(Shape::whole(-Limit::kMaxCount, Limit::kMaxCount))});
  return members;
}

Members counts(std::initializer_list<const char*> keys) {
  Members members;
  for (const char* key : keys) members.push_back({key, later(count())});
  return members;
}

Members joined(Members first, Members second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Shape tcp() {
  return Shape::open_object(
      counts({"bytes_acked", "bytes_received", "retransmits", "rtt_us", "min_rtt_us", "snd_cwnd", "snd_mss_bytes"}));
}

Shape server_connection() {
  return Shape::open_object(joined(
      counts({"messages", "bytes", "client_received_bytes", "partial_sends", "ring_slots", "send_buffer_bytes",
              "receive_buffer_bytes", "drain_ns", "zerocopy_sends", "zerocopy_completions", "zerocopy_copied",
              "zerocopy_enobufs"}),
      {{"memory_locked", later(Shape::flag())}, {"memory_lock_problem", later(words())}, {"tcp", later(tcp())},
       {"problem", later(words())}}));
}

Shape client_connection() {
  return Shape::open_object(joined(counts({"bytes", "verified_messages", "receive_buffer_bytes", "send_buffer_bytes",
                                           "most_outstanding_requests"}),
                                   {{"tcp", later(tcp())}, {"problem", later(words())}}));
}

Shape noise() {
  const Shape neighbour = Shape::open_object(
      {{"pid", later(count())}, {"name", later(words())}, {"cpu_ns", later(count())}});
  const Shape share = later(Shape::number(-1e6, 1e6));
  return Shape::open_object({{"cpus", later(words())},
                             {"steal_share", share},
                             {"neighbours_share", later(Shape::number(0, 1e6))},
                             {"neighbours", later(Shape::list(neighbour, 1000))},
                             {"neighbours_reason", later(words())},
                             {"frequency_before_khz", later(Shape::number(0, 1e9))},
                             {"frequency_after_khz", later(Shape::number(0, 1e9))},
                             {"throttles", later(Shape::whole(-Limit::kMaxCount, Limit::kMaxCount))}});
}

Shape reading() {
  const Shape value = Shape::number(-1e18, 1e18).or_null();
  return Shape::open_object({{"event", Shape::text(200)},
                             {"value", value.optional()},
                             {"unit", later(Shape::text(100))},
                             {"running_pct", later(Shape::number(0, 1000))},
                             {"reason", later(words())},
                             {"code", later(Shape::text(100))}});
}

Shape judged() { return Shape::open_object({{"judged", later(Shape::flag())}, {"reason", later(words())}}); }

Shape evidence() {
  const Shape bucket = Shape::list(count(), 2);
  return Shape::open_object(
      {{"windows_ns", later(Shape::open_object(counts({"client", "server", "machine", "perf_shortest", "perf_longest"})))},
       {"counters", later(Shape::list(reading(), kMaxCounters))},
       {"perf", later(Shape::open_object(
                    {{"used", later(Shape::flag())}, {"version", later(words())}, {"reason", later(words())}}))},
       {"server", later(Shape::open_object(
                      joined(counts({"cpu_ns", "rusage_cpu_ns", "bytes", "messages"}),
                             {{"cpus", later(words())},
                              {"connections", later(Shape::list(server_connection().or_null(), kMaxConnections))}})))},
       {"client", later(Shape::open_object(
                      {{"cpus", later(words())},
                       {"connections", later(Shape::list(client_connection().or_null(), kMaxConnections))}}))},
       {"machine_cpu", later(Shape::open_object(differences({"user_ns", "nice_ns", "system_ns", "idle_ns", "iowait_ns",
                                                             "irq_ns", "softirq_ns", "steal_ns", "guest_ns", "busy_ns"})))},
       {"latency_histogram", later(Shape::list(bucket, kMaxBuckets))},
       {"samples", later(Shape::open_object(
                       {{"every_ms", later(count())}, {"bytes", later(Shape::list(count(), kMaxSamples))}}))},
       {"steadiness", later(judged())},
       {"calibration", later(judged())},
       {"noise", later(noise())},
       {"zerocopy", later(Shape::open_object(counts({"messages", "bytes", "partial_sends", "zerocopy_sends",
                                                     "zerocopy_completions", "zerocopy_copied", "zerocopy_enobufs",
                                                     "drain_ns"})))},
       {"daemon", later(Shape::open_object(counts({"wake_ups", "cpu_ns", "block_writes"})))},
       {"strangers", later(count())},
       {"rejected_clients_in_window", later(count())},
       {"requests_in_window", later(count())},
       {"seccomp_filters", later(Shape::whole(-1, Limit::kMaxCount))},
       {"set_up_ns", later(count())},
       {"tear_down_ns", later(count())}});
}

Shape copy_share() {
  const Shape share = Shape::number(0, 1.000001);
  const Shape symbol = Shape::object({{"symbol", words()}, {"samples", count()}});
  const Shape part = Shape::object(
      {{"share", share}, {"samples", count()}, {"symbols", Shape::list(symbol, kMaxSymbols)}});
  Members members{{"busy_samples", count()}, {"total", Shape::number(0, 4)}};
  for (const std::string_view kind : names<CopyKind>()) members.push_back({std::string(kind), part});
  return Shape::object(std::move(members));
}

Shape profile_report() {
  static constexpr std::array<std::string_view, 2> kScopes{"machine", "processes"};
  return Shape::object(
      {{"event", Shape::text(200)},
       {"frequency_hz", Shape::number(0, 1e9)},
       {"scope", Shape::word(kScopes)},
       {"samples", Shape::object({{"engine", count()}, {"load", count()}, {"kernel", count()}, {"others", count()},
                                  {"idle", count()}})},
       {"copy_share", copy_share().or_null()},
       {"reason", words().or_null()}});
}

// The API reads what its sentences need; the rest is passed on unchanged.
Shape findings() {
  const Shape engine = Shape::word(names<EngineMode>());
  const Shape bytes = later(Shape::number(0, 2.0 * Limits::kMaxFieldBytes));
  const Shape share = later(Shape::number(0, 1));
  const Shape ratio = later(Shape::number(0, 1e300));
  const Shape counted = later(count());
  const Shape interval = later(
      Shape::open_object({{"low", bytes}, {"high", bytes}, {"coverage", share}, {"method", later(words())}}));
  const Shape ratio_interval = later(
      Shape::open_object({{"low", ratio}, {"high", ratio}, {"coverage", share}, {"method", later(words())}}));
  const Shape crossing = Shape::open_object(
      {{"below", engine}, {"above", engine}, {"size_bytes", bytes}, {"interval", interval}});
  const Shape size = Shape::open_object({{"field_bytes", Shape::whole(1, Limits::kMaxFieldBytes)},
                                         {"pairs", counted},
                                         {"failed_pairs", counted},
                                         {"ratio", ratio},
                                         {"ci95", ratio_interval},
                                         {"p", share},
                                         {"verdict", Shape::word(names<SizeVerdict>())},
                                         {"better", later(engine)}});
  const Shape repeats = Shape::open_object({{"state", Shape::word(names<RepeatState>())},
                                            {"configurations", counted},
                                            {"interval_reached", counted},
                                            {"cap_reached", counted},
                                            {"given_up", counted}});
  const Shape crossover = Shape::open_object({{"state", Shape::word(names<CrossoverState>())},
                                              {"of", Shape::list(engine, 2).optional()},
                                              {"metric", later(Shape::text(100))},
                                              {"confidence", share},
                                              {"size_bytes", bytes},
                                              {"interval", interval},
                                              {"crossings", Shape::list(crossing, 1000).optional()},
                                              {"path", Shape::list(size, 1000).optional()},
                                              {"without_figure", counted},
                                              {"answer", later(words())}});  // of older versions; not used
  return Shape::object({{"repeats", repeats.optional()}, {"crossover", crossover.optional()}});
}

}  // namespace

const Shape& evidence_shape() {
  static const Shape shape = evidence();
  return shape;
}

const Shape& counters_shape() {
  static const Shape shape = Shape::list(reading(), kMaxCounters);
  return shape;
}

const Shape& profile_report_shape() {
  static const Shape shape = profile_report();
  return shape;
}

const Shape& copy_share_shape() {
  static const Shape shape = copy_share();
  return shape;
}

const Shape& findings_shape() {
  static const Shape shape = findings();
  return shape;
}

}  // namespace copybench
