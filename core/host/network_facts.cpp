#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/host/device_features.h"
#include "core/host/fact_list.h"

namespace copybench {
namespace {

using enum CircumstanceClass;
using std::string_view;

struct Sysctl {
  string_view name;
  string_view unit = "";
};

constexpr std::array kCore{
    Sysctl{"optmem_max", "bytes"},  Sysctl{"wmem_default", "bytes"}, Sysctl{"wmem_max", "bytes"},
    Sysctl{"rmem_default", "bytes"}, Sysctl{"rmem_max", "bytes"},     Sysctl{"max_skb_frags"},
    Sysctl{"netdev_max_backlog"},   Sysctl{"netdev_budget"},         Sysctl{"netdev_budget_usecs", "us"},
    Sysctl{"dev_weight"},           Sysctl{"gro_normal_batch"},      Sysctl{"skb_defer_max"},
    Sysctl{"busy_poll", "us"},      Sysctl{"busy_read", "us"},       Sysctl{"high_order_alloc_disable"},
    Sysctl{"rps_sock_flow_entries"}, Sysctl{"netdev_tstamp_prequeue"}, Sysctl{"bpf_jit_enable"},
    Sysctl{"default_qdisc"},
};

// tcp_mem is left out: the kernel derives it from the memory that is free at boot.
constexpr std::array kIpv4{
    Sysctl{"tcp_wmem", "bytes"},       Sysctl{"tcp_rmem", "bytes"},
    Sysctl{"tcp_congestion_control"},  Sysctl{"tcp_moderate_rcvbuf"},
    Sysctl{"tcp_window_scaling"},      Sysctl{"tcp_timestamps"},
    Sysctl{"tcp_sack"},                Sysctl{"tcp_autocorking"},
    Sysctl{"tcp_limit_output_bytes", "bytes"}, Sysctl{"tcp_notsent_lowat", "bytes"},
    Sysctl{"tcp_min_tso_segs"},        Sysctl{"tcp_tso_win_divisor"},
    Sysctl{"tcp_tso_rtt_log"},         Sysctl{"tcp_slow_start_after_idle"},
    Sysctl{"tcp_no_metrics_save"},     Sysctl{"tcp_adv_win_scale"},
    Sysctl{"tcp_app_win"},             Sysctl{"tcp_shrink_window"},
    Sysctl{"tcp_backlog_ack_defer"},   Sysctl{"tcp_comp_sack_nr"},
    Sysctl{"tcp_comp_sack_delay_ns", "ns"}, Sysctl{"tcp_mtu_probing"},
    Sysctl{"tcp_ecn"},                 Sysctl{"tcp_early_demux"},
    Sysctl{"ip_early_demux"},          Sysctl{"tcp_pacing_ss_ratio", "percent"},
    Sysctl{"tcp_pacing_ca_ratio", "percent"}, Sysctl{"tcp_recovery"},
    Sysctl{"tcp_reordering"},
};

// The features that change how a TCP stream is segmented, checksummed, gathered or merged.
constexpr std::array<string_view, 16> kFeatures{
    "rx-checksum",         "tx-checksum-ipv4",          "tx-checksum-ip-generic",
    "tx-checksum-ipv6",    "tx-scatter-gather",         "tx-scatter-gather-fraglist",
    "tx-nocache-copy",     "tx-generic-segmentation",   "tx-tcp-segmentation",
    "tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation", "tx-tcp6-segmentation",
    "rx-gro",              "rx-gro-hw",                 "rx-gro-list",
    "rx-lro"};

template <size_t N>
void add_sysctls(FactList& facts, string_view family, const std::array<Sysctl, N>& sysctls) {
  for (const Sysctl& sysctl : sysctls) {
    facts.add_file(fmt::format("net.{}.{}", family, sysctl.name), settings,
                   fmt::format("/proc/sys/net/{}/{}", family, sysctl.name), std::string(sysctl.unit));
  }
}

void add_features(FactList& facts, const std::string& device) {
  const auto features = device_features(device);
  for (const string_view name : kFeatures) {
    const std::string fact = fmt::format("device.{}", name);
    if (!features) {
      facts.add(fact, settings, tl::unexpected(features.error()));
      continue;
    }
    const auto found = std::find_if(features->begin(), features->end(), [&](const auto& one) { return one.first == name; });
    facts.add(fact, settings,
              found == features->end() ? Result<Json>(fail("this kernel does not know the feature")) : Json(found->second));
  }
}

}  // namespace

void add_network_facts(FactList& facts, const std::string& device) {
  add_sysctls(facts, "core", kCore);
  add_sysctls(facts, "ipv4", kIpv4);
  facts.add("device.name", settings, Json(device));
  const auto folder = fmt::format("/sys/class/net/{}/", device);
  const auto json = [](int64_t value) { return Json(value); };
  facts.add("device.mtu", settings, device_mtu(device).map(json), "bytes");
  facts.add("device.tx_queue_len", settings, device_tx_queue_len(device).map(json), "packets");
  facts.add_file("device.gro_flush_timeout", settings, folder + "gro_flush_timeout", "ns");
  facts.add_file("device.napi_defer_hard_irqs", settings, folder + "napi_defer_hard_irqs");
  facts.add_file("device.threaded", settings, folder + "threaded");
  add_features(facts, device);
}

}  // namespace copybench
