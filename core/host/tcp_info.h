// TCP_INFO of a connection: the kernel's own counts, against which the application's byte counts are checked.
#pragma once

#include <cstdint>

#include "core/base/json.h"
#include "core/base/result.h"

namespace copybench {

struct TcpInfo {
  int64_t bytes_acked = 0;     // of the sent bytes; an acknowledged FIN counts as one byte (RFC 9293, 3.4)
  int64_t bytes_received = 0;  // RFC 4898 tcpEStatsAppHCThruOctetsReceived; a FIN counts as one byte here too
  int64_t retransmits = 0;     // segments, whole life of the connection
  int64_t rtt_us = 0;
  int64_t min_rtt_us = 0;
  int64_t snd_cwnd = 0;  // segments
  int64_t snd_mss_bytes = 0;
  bool fin_acked = false;  // our FIN was sent and acknowledged
};

Result<TcpInfo> read_tcp_info(int socket);
Json to_json(const TcpInfo& info);

}  // namespace copybench
