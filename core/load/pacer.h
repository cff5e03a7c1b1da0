// The due times of a connection's requests in a paced load: a fixed rate over all connections, which take turns, independent of
// the responses (an open loop). Pure.
#pragma once

#include <cstdint>

namespace copybench {

struct Pace {
  double messages_per_s = 0;  // over all connections
  uint32_t connection = 0;    // from 0
  uint32_t connections = 1;
};

// begin_ns: when the first request of connection 0 is due. Times are CLOCK_MONOTONIC. Each is computed from begin_ns, so that the
// rate is exact over any duration.
class Pacer {
 public:
  Pacer(const Pace& pace, int64_t begin_ns) : pace_(pace), begin_ns_(begin_ns) {}

  int64_t due_ns(uint64_t request) const {
    const double turn = static_cast<double>(request) * pace_.connections + pace_.connection;
    return begin_ns_ + static_cast<int64_t>(turn * 1e9 / pace_.messages_per_s);
  }

 private:
  Pace pace_;
  int64_t begin_ns_;
};

}  // namespace copybench
