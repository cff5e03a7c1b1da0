// A fully expanded experiment: no field is open, and every value is within its limits. Created only by make_plan(), or read
// back from the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/names.h"
#include "core/model/request.h"

namespace copybench {

// Each configuration is repeated until the 95 % interval of its median throughput is narrower than `pct` percent of that
// median, or it has `max` runs.
struct UntilCi {
  double pct = 0;
  uint32_t max = 0;

  bool operator==(const UntilCi&) const = default;
};

// Replaces a sweep: searches for the field size at which the better of the two engines changes, by this figure. The
// experiment's field_sizes are the geometric steps, the first and the last the range; threads has one value.
struct CrossoverSearch {
  std::string metric;

  bool operator==(const CrossoverSearch&) const = default;
};

struct ExperimentSpec {
  std::string name;
  std::optional<std::string> preset;
  std::vector<EngineMode> engines;
  std::vector<uint64_t> field_sizes;  // bytes; a message is 8 fields
  std::vector<uint32_t> threads;      // connections, one thread each at both ends
  Nanoseconds duration{};             // of the window
  Nanoseconds warmup{};
  uint32_t repetitions = 1;          // of each configuration; with until_ci the minimum
  std::optional<UntilCi> until_ci;
  std::optional<CrossoverSearch> crossover;
  Order order = Order::shuffled;
  uint64_t seed = 0;  // below 2^53, so that any JSON reader keeps it whole
  Pattern pattern = Pattern::stream;
  Receive receive = Receive::recv;
  std::optional<double> messages_per_s;  // request_response at a set rate over all connections; none: as fast as answered
  bool tcp_nodelay = false;
  std::optional<uint64_t> socket_buffer_bytes;  // none: the kernel's autotuning
  CpuChoice server_cpus;
  CpuChoice client_cpus;
  std::vector<std::string> events;
  bool profile = false;  // one more run of each configuration, under perf record

  bool operator==(const ExperimentSpec&) const = default;
};

// Whether further runs follow from results (advice.h), so that a plan has only the first ones.
inline bool is_adaptive(const ExperimentSpec& spec) { return spec.until_ci.has_value() || spec.crossover.has_value(); }

// A search's sizes in geometric steps, a factor of 4 or less apart, both ends among them. Those in between are multiples of
// kSizeGranule bytes.
constexpr uint64_t kSizeGranule = 8;
std::vector<uint64_t> crossover_grid(uint64_t from, uint64_t to);

// One cell of the sweep.
struct Configuration {
  EngineMode engine{};
  uint64_t field_bytes = 0;
  uint32_t threads = 0;

  uint64_t message_bytes() const { return field_bytes * kFieldsPerMessage; }
  auto operator<=>(const Configuration&) const = default;
};

// One measurement to be made: a cell and its repetition, counted from 1 among the runs of its kind.
struct PlannedRun {
  Configuration configuration;
  uint32_t repetition = 1;
  RunKind kind = RunKind::measured;

  bool operator==(const PlannedRun&) const = default;
};

// The spec's JSON, the same in the store and in the API (keys as in a request for a sweep or a search; durations in seconds;
// CPUs as "auto", "none" or a list). spec_from_json is for text that this program wrote: it fails on anything else.
Json to_json(const ExperimentSpec& spec);
Result<ExperimentSpec> spec_from_json(const Json& json);

}  // namespace copybench
