// A client's request, decoded but not validated: each field that was given, and nothing filled in.
// JSON keys are the members' names, except that field_size_range and until_ci are objects under field_sizes and
// repetitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/model/names.h"

namespace copybench {

// The CPUs that a side may use. automatic: one half of the allowed CPUs, and the other side has the other half.
struct CpuChoice {
  enum class Kind : uint8_t { automatic, unpinned, listed };
  Kind kind = Kind::automatic;
  std::vector<int> cpus;  // for listed only, as given

  bool operator==(const CpuChoice&) const = default;
};

// "repetitions" as an object.
struct UntilCiRequest {
  std::optional<double> until_ci_pct;
  std::optional<int64_t> min;
  std::optional<int64_t> max;
};

// "field_sizes" as an object: the range in which to search for a crossover.
struct FieldSizeRange {
  std::optional<int64_t> from;
  std::optional<int64_t> to;
};

struct ExperimentRequest {
  std::optional<std::string> name;
  std::optional<std::string> preset;
  std::optional<std::vector<EngineMode>> engines;
  std::optional<Find> find;
  std::optional<std::vector<EngineMode>> of;
  std::optional<std::string> metric;
  std::optional<std::vector<int64_t>> field_sizes;  // bytes; one of the two forms of "field_sizes"
  std::optional<FieldSizeRange> field_size_range;
  std::optional<std::vector<int64_t>> threads;
  std::optional<double> duration_s;
  std::optional<double> warmup_s;
  std::optional<int64_t> repetitions;      // one of the two forms of "repetitions"
  std::optional<UntilCiRequest> until_ci;
  std::optional<Order> order;
  std::optional<int64_t> seed;
  std::optional<Pattern> pattern;
  std::optional<Receive> receive;
  std::optional<double> messages_per_s;
  std::optional<bool> tcp_nodelay;
  std::optional<int64_t> socket_buffer_bytes;
  std::optional<CpuChoice> server_cpus;
  std::optional<CpuChoice> client_cpus;
  std::optional<std::vector<std::string>> events;  // perf's event names
  std::optional<bool> profile;
  std::optional<std::string> notes;
  std::optional<std::vector<std::string>> tags;
  std::optional<bool> pinned;
};

}  // namespace copybench
