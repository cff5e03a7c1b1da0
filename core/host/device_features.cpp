#include "core/host/device_features.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "core/base/unique_fd.h"

namespace copybench {
namespace {

// The kernel's structures end in arrays whose length has to be queried first, so they are laid out in words here.
using Words = std::vector<uint32_t>;

class AskedDevice {
 public:
  static Result<AskedDevice> open(const std::string& name) {
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return tl::unexpected(system_error("a socket to ask the device", errno));
    return AskedDevice(name, std::move(socket));
  }

  // The kernel writes its result into the request.
  Result<ifreq> ask(unsigned long request, const std::string& what) {
    if (::ioctl(socket_.get(), request, &request_) != 0) return tl::unexpected(system_error(what, errno));
    return request_;
  }

  Result<void> ask_ethtool(const char* what, Words& command) {
    request_.ifr_data = reinterpret_cast<char*>(command.data());
    return ask(SIOCETHTOOL, std::string("ethtool's ") + what).map([](const ifreq&) {});
  }

 private:
  AskedDevice(const std::string& name, UniqueFd socket) : socket_(std::move(socket)) {
    name.copy(request_.ifr_name, IFNAMSIZ - 1);
  }

  UniqueFd socket_;
  ifreq request_{};
};

constexpr size_t words(size_t bytes) { return (bytes + sizeof(uint32_t) - 1) / sizeof(uint32_t); }

Result<uint32_t> count_features(AskedDevice& device) {
  Words info(words(sizeof(ethtool_sset_info)) + 1);
  info[0] = ETHTOOL_GSSET_INFO;
  const uint64_t mask = uint64_t{1} << ETH_SS_FEATURES;
  std::memcpy(reinterpret_cast<char*>(info.data()) + offsetof(ethtool_sset_info, sset_mask), &mask, sizeof mask);
  if (auto asked = device.ask_ethtool("count of features", info); !asked) return tl::unexpected(asked.error());
  return info[words(sizeof(ethtool_sset_info))];
}

Result<ifreq> answer_of(const std::string& device, unsigned long request, const std::string& what) {
  return AskedDevice::open(device).and_then([&](AskedDevice asked) { return asked.ask(request, what); });
}

}  // namespace

Result<int64_t> device_mtu(const std::string& device) {
  return answer_of(device, SIOCGIFMTU, "ask for the MTU").map([](const ifreq& answer) { return int64_t{answer.ifr_mtu}; });
}

Result<int64_t> device_tx_queue_len(const std::string& device) {
  return answer_of(device, SIOCGIFTXQLEN, "ask for the queue's length").map([](const ifreq& answer) {
    return int64_t{answer.ifr_qlen};
  });
}

Result<std::vector<std::pair<std::string, bool>>> device_features(const std::string& device) {
  auto asked = AskedDevice::open(device);
  if (!asked) return tl::unexpected(asked.error());
  const auto count = count_features(*asked);
  if (!count) return tl::unexpected(count.error());

  constexpr size_t kNamesAt = offsetof(ethtool_gstrings, data);
  Words names(words(kNamesAt + *count * ETH_GSTRING_LEN));
  names[0] = ETHTOOL_GSTRINGS;
  names[1] = ETH_SS_FEATURES;
  names[2] = *count;
  if (auto done = asked->ask_ethtool("names of features", names); !done) return tl::unexpected(done.error());

  constexpr size_t kBitsOfBlock = 32;
  const size_t blocks = (*count + kBitsOfBlock - 1) / kBitsOfBlock;
  constexpr size_t kBlocksAt = offsetof(ethtool_gfeatures, features);
  Words states(words(kBlocksAt + blocks * sizeof(ethtool_get_features_block)));
  states[0] = ETHTOOL_GFEATURES;
  states[1] = static_cast<uint32_t>(blocks);
  if (auto done = asked->ask_ethtool("states of features", states); !done) return tl::unexpected(done.error());

  std::vector<std::pair<std::string, bool>> features;
  for (size_t i = 0; i < *count; ++i) {
    const char* const name = reinterpret_cast<const char*>(names.data()) + kNamesAt + i * ETH_GSTRING_LEN;
    const std::string text(name, ::strnlen(name, ETH_GSTRING_LEN));
    if (text.empty()) continue;
    ethtool_get_features_block block{};
    std::memcpy(&block, reinterpret_cast<const char*>(states.data()) + kBlocksAt + i / kBitsOfBlock * sizeof block,
                sizeof block);
    features.emplace_back(text, (block.active >> (i % kBitsOfBlock) & 1) != 0);
  }
  return features;
}

}  // namespace copybench
