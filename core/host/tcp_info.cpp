#include "core/host/tcp_info.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace copybench {
namespace {

// The kernel's enumeration of states (include/net/tcp_states.h); <netinet/tcp.h>, which names them, clashes with
// <linux/tcp.h>, which alone has the byte counters.
constexpr int kTcpFinWait2 = 5;
constexpr int kTcpTimeWait = 6;
constexpr int kTcpClose = 7;

}  // namespace

Result<TcpInfo> read_tcp_info(int socket) {
  tcp_info raw{};
  socklen_t length = sizeof raw;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &raw, &length) != 0) {
    return tl::unexpected(system_error("read TCP_INFO", errno));
  }
  TcpInfo info;
  info.bytes_acked = static_cast<int64_t>(raw.tcpi_bytes_acked);
  info.bytes_received = static_cast<int64_t>(raw.tcpi_bytes_received);
  info.retransmits = raw.tcpi_total_retrans;
  info.rtt_us = raw.tcpi_rtt;
  info.min_rtt_us = raw.tcpi_min_rtt;
  info.snd_cwnd = raw.tcpi_snd_cwnd;
  info.snd_mss_bytes = raw.tcpi_snd_mss;
  info.fin_acked = raw.tcpi_state == kTcpFinWait2 || raw.tcpi_state == kTcpTimeWait || raw.tcpi_state == kTcpClose;
  return info;
}

Json to_json(const TcpInfo& info) {
  return {{"bytes_acked", info.bytes_acked},
          {"bytes_received", info.bytes_received},
          {"retransmits", info.retransmits},
          {"rtt_us", info.rtt_us},
          {"min_rtt_us", info.min_rtt_us},
          {"snd_cwnd", info.snd_cwnd},
          {"snd_mss_bytes", info.snd_mss_bytes}};
}

}  // namespace copybench
